"""Takes the machine away under a run, at the point that DOOM names: `POINT` or `POINT:N` for the N-th time.

Python imports this at its start if its folder is on PYTHONPATH. The machine is a pod of the stand-in for
RunPod's cloud, which is asked, behind everybody's back, to lose the pod's host; it does so by SIGKILL.
"""

import os
import sys
import threading
import time
import urllib.request

BOOT = "boot"
SCENE_LOAD = "scene load"
INTO_THE_LOAD_S = 0.6  # by then Blender's process imports bpy, or opens the scene
LONG_ENOUGH_S = 60.0


def lose_this_machine() -> None:
    """Ask for it, and wait to be killed."""
    address, pod = os.environ["RUNPOD_API_BASE_URL"], os.environ["RUNPOD_POD_ID"]
    urllib.request.urlopen(f"{address}/sim/lose/{pod}", b"", timeout=30).read()  # noqa: S310 - the stand-in's
    time.sleep(LONG_ENOUGH_S)


def is_blender(argv: object) -> bool:
    """Tell whether what is started is Blender, which opens a scene to prepare or to render it."""
    return isinstance(argv, (list, tuple)) and any("blender_scripts" in str(word) for word in argv)


def doomed(doom: str) -> None:
    """Listen for the point."""
    point, _, nth = doom.partition(":")
    left = int(nth or 1)

    def hear(event: str, details: tuple[object, ...]) -> None:
        nonlocal left
        started = point == SCENE_LOAD and event == "subprocess.Popen" and is_blender(details[1])
        if not started and (event, details) != ("rendermill.fault_point", (point,)):
            return
        left -= 1
        if left:
            return
        if started:
            threading.Timer(INTO_THE_LOAD_S, lose_this_machine).start()
        else:
            lose_this_machine()

    sys.addaudithook(hear)


if doom := os.environ.get("DOOM"):
    if doom == BOOT:
        lose_this_machine()
    doomed(doom)
