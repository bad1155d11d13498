"""How much was ready when a job began, as frames say of themselves; `media/blender_events.py` reads it."""

COLD = "cold"
"""Blender was started for this job."""
WARM_PROCESS = "warm process"
"""Blender had done other jobs; it was reset, and the scene opened."""
WARM_SCENE = "warm scene"
"""The same scene was still open from the last job."""
