"""Make shots of `shot_scenes.py` and `odd_shots.py`, each in a folder of its own. Run inside Blender."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.blender_scripts import odd_shots, shot_scenes


def main(names: str, folder: str) -> None:
    for name in names.split(","):
        place = Path(folder) / name
        place.mkdir()
        make = getattr(shot_scenes, name, None) or getattr(odd_shots, name)
        make(place)


if __name__ == "__main__":
    main(*sys.argv[-2:])
    sys.stdout.flush()
    os._exit(0)
