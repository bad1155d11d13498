"""Make all the shots of `shot_scenes.py`, each in a folder of its own. Run inside Blender by the tests."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.blender_scripts import shot_scenes


def main(names: str, folder: str) -> None:
    for name in names.split(","):
        place = Path(folder) / name
        place.mkdir()
        getattr(shot_scenes, name)(place)


if __name__ == "__main__":
    main(*sys.argv[-2:])
    sys.stdout.flush()
    os._exit(0)
