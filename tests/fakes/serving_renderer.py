"""A renderer that stays, as a renderer host keeps one: started as `serving_renderer.py BEHAVIOUR NOTES JOB`.

It appends its number to NOTES. Behaviours: `well`; `crash` and `killed` (at frame 2, always); `killed-once`
(the first one that is started); `stands` (at frame 2, for ever); `grows` (says that it holds 100 GB);
`out-of-memory` and `bad-input` (fail at frame 2); `dies-between` (after each job); `silent`;
`falls-back` (renders by another device than was asked for);
`mumbles` (says that a job ended, but not how); `fails-and-stands` (at frame 2, after it said that it failed).
"""

import json
import os
import signal
import sys
from itertools import takewhile
from pathlib import Path

from renderer import paint, say

DEVICE = {"type": "CPU", "name": "a fake"}


def main(behaviour: str, notes: Path, job_file: str) -> None:
    assert json.loads(Path(job_file).read_text()) == {"schema": 1, "do": "serve"}
    with notes.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if behaviour == "killed-once":
        behaviour = "killed" if len(notes.read_text().split()) == 1 else "well"
    warmth, scene = "cold", ""
    lines = iter(sys.stdin)
    for line in lines:
        job = json.loads(line)
        if behaviour == "silent":
            signal.pause()
        warmth = "warm scene" if job.get("scene_sha256") == scene != "" else warmth
        commands = takewhile(lambda command: command != "end\n", lines)
        failed = done(job, commands, behaviour, warmth)
        if failed and behaviour == "fails-and-stands":
            signal.pause()
        for _ in commands:
            pass
        warmth, scene = "warm process", "" if failed else job.get("scene_sha256", "")
        if behaviour == "mumbles":
            say(event="job_ended")
            continue
        say(event="job_ended", failed=failed, resident_bytes=10**11 if behaviour == "grows" else 10**8)
        if behaviour == "dies-between":
            return


def done(job, commands, behaviour: str, warmth: str) -> str:
    """Do a job; returns the class of its failure."""
    say(event="started", blender="4.5.0", asked=["CPU"], found=[DEVICE], used=DEVICE)
    for line in commands:
        command = json.loads(line)
        say(event="frame_started", frame=command["frame"])
        if command["frame"] == 2 and (failure := misbehaved(behaviour)):
            say(event="failed", **{"class": failure, "message": f"frame 2: {behaviour}"})
            return failure
        paint(Path(command["path"]), command["frame"], job["settings"], uniform=False)
        say(
            event="frame_written",
            **command,
            seconds=0.01,
            peak_memory_bytes=1,
            device=DEVICE,
            samples=1,
            persistent_data=True,
            warmth=warmth,
            fallback="by CUDA instead of OPTIX" if behaviour == "falls-back" else "",
        )
    return ""


def misbehaved(behaviour: str) -> str:
    """Do what is asked of this fake instead of rendering frame 2; returns a failure's class."""
    match behaviour:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stands":
            signal.pause()
        case "out-of-memory":
            return "OutOfResources"
        case "bad-input" | "fails-and-stands":
            return "BadInput"
    return ""


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
