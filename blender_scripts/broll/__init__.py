"""What templates are built of: stage, palettes, surfaces, camera, motion, and how pictures are finished."""
