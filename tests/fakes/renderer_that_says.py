"""A renderer in place of Blender, for devices that are not here. Arguments: KIND PICTURE NOTES JOB.

Every frame is PICTURE, by a device of KIND, the first one slowly; NOTES gets the kernel caches it was given.
"""

import json
import os
import shutil
import sys
from pathlib import Path

kind, picture, notes = sys.argv[1:4]
with Path(notes).open("a") as file:
    file.write(json.dumps([os.environ["OPTIX_CACHE_PATH"], os.environ["CUDA_CACHE_PATH"]]) + "\n")
device = {"type": kind, "name": "stand-in"}


def say(event: str, **fields: object) -> None:
    """Report an event as the scripts inside Blender do."""
    os.write(3, json.dumps({"event": event, **fields}).encode() + b"\n")


say("started", blender="4.5", used=device, denoiser="OPENIMAGEDENOISE", denoise_on_gpu=True)
for number, line in enumerate(sys.stdin):
    asked = json.loads(line)
    shutil.copy(picture, asked["path"])
    say(
        "frame_written",
        **asked,
        seconds=2.0 if number else 9.0,
        peak_memory_bytes=1,
        device=device,
        samples=2,
        persistent_data=False,
    )
