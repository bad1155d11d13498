"""What templates are built of: stage, palettes, surfaces, camera, motion, and how pictures are finished.

A package in here is what one template alone needs, and is named for its subject.
"""
