"""Captions: read without believing them, and shown in a video, beside it, or in its pictures."""
