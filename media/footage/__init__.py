"""Footage: videos, sounds, pictures and captions as people send them, read without believing them."""
