"""Takes the machine away under a run, at the point that DOOM names: `POINT` or `POINT:N` for the N-th time.

Before it may stand how, as in `restart@POINT`: any word of the stand-in's console that is about a pod. Also
writes into the file that TOLD names which rendered frames the run has been handed by Blender.

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
LOSE, PREEMPT = "lose", "preempt"
NOTICE_S = 60  # a run gives itself back in a second, but not on a machine that is busy with five others
RENDERED = ".part.png"  # what media.rendering names a frame that is not in the store yet


def lose_this_machine(how: str) -> None:
    """Ask for it, and wait to be killed; who is only told to end goes on."""
    address, pod = os.environ["RUNPOD_API_BASE_URL"], os.environ["RUNPOD_POD_ID"]
    url = f"{address}/sim/{how}/{pod}" + (f"/{NOTICE_S}" if how == PREEMPT else "")
    urllib.request.urlopen(url, b"", timeout=30).read()  # noqa: S310 - the stand-in's
    if how != PREEMPT:
        time.sleep(LONG_ENOUGH_S)


def is_blender(argv: object) -> bool:
    """Tell whether what is started is Blender, which opens a scene to prepare or to render it."""
    return isinstance(argv, (list, tuple)) and any("blender_scripts" in str(word) for word in argv)


def doomed(doom: str) -> None:
    """Listen for the point."""
    how, _, at = doom.rpartition("@")
    point, _, nth = at.partition(":")
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
            threading.Timer(INTO_THE_LOAD_S, lose_this_machine, [how or LOSE]).start()
        else:
            lose_this_machine(how or LOSE)

    sys.addaudithook(hear)


def telling(path: str) -> None:
    """Tell of each rendered frame that is opened, which all are, to be inspected."""
    seen: set[str] = set()

    def hear(event: str, details: tuple[object, ...]) -> None:
        name = os.fspath(details[0]) if event == "open" and isinstance(details[0], str | os.PathLike) else ""
        if isinstance(name, str) and name.endswith(RENDERED) and name not in seen:
            seen.add(name)
            with open(path, "a", encoding="utf-8") as told:  # noqa: PTH123 - as little as can be, in a hook
                told.write(f"{name}\n")

    sys.addaudithook(hear)


if told := os.environ.get("TOLD"):
    telling(told)
if doom := os.environ.get("DOOM"):
    if doom == BOOT:
        lose_this_machine(LOSE)
    doomed(doom)
