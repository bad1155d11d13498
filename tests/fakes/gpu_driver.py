"""A renderer on a GPU whose driver compiles kernels, in place of Blender. Arguments: NOTES JOB.

Where its two caches are empty the driver compiles, which it appends to NOTES, and fills them: OptiX's is a
real database, which stays open until the end. A frame says how many seconds compiling would have taken.
"""

import json
import os
import sqlite3
import sys
from pathlib import Path

from renderer import paint, say

DEVICE = {"type": "OPTIX", "name": "NVIDIA Stand-in"}


def opened(notes: Path) -> tuple[sqlite3.Connection, bool]:
    """Find what was compiled, or compile; returns the open database, and whether it was empty."""
    optix, cuda = Path(os.environ["OPTIX_CACHE_PATH"]), Path(os.environ["CUDA_CACHE_PATH"])
    database = sqlite3.connect(optix / "optix7cache.db")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE IF NOT EXISTS kernels (name TEXT PRIMARY KEY, code BLOB)")
    is_cold = not database.execute("SELECT * FROM kernels").fetchall() or not (cuda / "index").exists()
    if is_cold:
        with notes.open("a") as file:
            file.write(f"{os.getpid()}\n")
        database.execute("INSERT INTO kernels VALUES ('megakernel', ?)", (b"\x7fELF" * 5000,))
        database.commit()
        (cuda / "9" / "3").mkdir(parents=True)
        (cuda / "9" / "3" / "ad4d").write_bytes(b"cubin" * 1000)
        (cuda / "index").write_bytes(b"index")
    return database, is_cold


def main(notes: Path, job_file: str) -> None:
    job = json.loads(Path(job_file).read_text())
    say(event="started", blender="4.5.0", asked=["OPTIX"], found=[DEVICE], used=DEVICE)
    database, is_cold = opened(notes)
    if job["do"] == "warm_kernels":
        say(event="warmed", device=DEVICE, seconds=300.0 if is_cold else 1.0)
        return
    for number, line in enumerate(sys.stdin):
        command = json.loads(line)
        paint(Path(command["path"]), command["frame"], job["settings"], uniform=False)
        say(
            event="frame_written",
            **command,
            seconds=300.0 if is_cold and not number else 1.0,
            peak_memory_bytes=1,
            device=DEVICE,
            samples=1,
            persistent_data=True,
        )
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
