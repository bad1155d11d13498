"""Serve jobs from standard input, and say at the end of each whether Cycles may keep its data.

Run inside Blender by the tests.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy

from blender_scripts.events import EventChannel
from blender_scripts.serving import serve


class Telltale(EventChannel):
    """A channel that adds to the end of a job what is kept then."""

    def send(self, event: str, **fields: object) -> None:
        """Send an event."""
        if event == "job_ended":
            fields["keeps_data"] = bpy.context.scene.render.use_persistent_data
        super().send(event, **fields)


if __name__ == "__main__":
    serve(Telltale(), sys.stdin)
    sys.stdout.flush()
    os._exit(0)
