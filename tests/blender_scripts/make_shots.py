"""Make shots of scenes, each in a folder of its own. Run inside Blender."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.blender_scripts import odd_shots, other_scenes, shot_scenes

MODULES = (shot_scenes, odd_shots, other_scenes)


def main(names: str, folder: str) -> None:
    for name in names.split(","):
        place = Path(folder) / name
        place.mkdir()
        (make,) = {vars(module)[name] for module in MODULES if name in vars(module)}
        make(place)


if __name__ == "__main__":
    main(*sys.argv[-2:])
    sys.stdout.flush()
    os._exit(0)
