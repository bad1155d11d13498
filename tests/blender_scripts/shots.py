"""Shots on their way through real Blenders: made, prepared and rendered, many of them in one process each."""

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.blender_scripts.blender import Blender

MAKER = Path(__file__).with_name("make_shots.py")
PREPARED = "prepared.blend"
NAMES: dict[object, str] = {
    (0, 0, 0): "black",
    (255, 0, 0): "red",
    (0, 255, 0): "green",
    (0, 0, 255): "blue",
    (255, 255, 255): "white",
    (0, 255, 255): "cyan",
}


@dataclass(frozen=True)
class Rendered:
    """What came of one frame: the file, the event that told of it, or why there is none."""

    path: Path
    event: dict
    failure: str = ""

    @property
    def picture(self) -> Image.Image:
        with Image.open(self.path) as image:
            image.load()
        return image

    @property
    def color(self) -> str:
        """The colour in the middle, by name; a denoiser or a dither may be off by one."""
        picture = self.picture.convert("RGB")
        found = picture.getpixel((picture.width // 2, picture.height // 2))
        return NAMES.get(
            tuple(round(value / 255) * 255 if value % 255 in {0, 1, 254} else value for value in found),
            str(found),
        )


@dataclass(frozen=True)
class Shots:
    """Shots in folders of their own, below one folder, and the Blender that works on them."""

    blender: Blender
    root: Path

    def make(self, *names: str) -> None:
        outcome = self.blender.run_script(self.root, MAKER, ",".join(names), str(self.root))
        assert outcome.code == 0, outcome.log[-2000:]

    def prepare(self, *wishes: dict) -> dict[str, dict]:
        """Prepare shots; a wish has a name, and may be trusted. Returns what was said of each, by name."""
        jobs = [self._preparing(**wish) for wish in wishes]
        told = [said[-1] for said in self._served(jobs)]
        return {wish["name"]: event for wish, event in zip(wishes, told, strict=True)}

    def render(self, *wishes: dict) -> list[Rendered]:
        """Render one frame of each wish: a name, a frame, and what is chosen, set or trusted."""
        paths = [self.root / f"{number}.part" for number in range(len(wishes))]
        jobs = [self._rendering(path=path, **wish) for path, wish in zip(paths, wishes, strict=True)]
        return [_rendered(path, said) for path, said in zip(paths, self._served(jobs), strict=True)]

    def _preparing(self, name: str, source: str = "shot.blend", **fields: object) -> list[dict]:
        folder = self.root / name
        job = {"do": "prepare_shot", "source": str(folder / source), "folder": str(folder), **fields}
        return [job | {"output": str((folder / source).with_name(PREPARED))}]

    def _rendering(self, name: str, path: Path, frame: int = 1, **fields: object) -> list[dict]:
        choice = {key: fields.pop(key) for key in ("scene", "view_layer", "camera") if key in fields}
        trusted = fields.pop("trusted", False)
        scene = (self.root / name / str(fields.pop("source", "shot.blend"))).with_name(PREPARED)
        job = {"do": "render_shot", "scene": str(scene), "folder": str(self.root / name), "trusted": trusted}
        return [job | {"choice": choice, "settings": fields}, {"frame": frame, "path": str(path)}]

    def _served(self, jobs: list[list[dict]]) -> list[list[dict]]:
        """Have one process do jobs, each with its commands; returns what was said of each of them."""
        lines = [
            [json.dumps({"schema": 1, **job}), *map(json.dumps, commands), "end"] for job, *commands in jobs
        ]
        outcome = self.blender.run(
            self.root, {"do": "serve"}, "".join(f"{line}\n" for one in lines for line in one)
        )
        assert outcome.code == 0, outcome.log[-2000:]
        said: list[list[dict]] = [[]]
        for event in outcome.events:
            if event["event"] == "job_ended":
                said.append([])
            else:
                said[-1].append(event)
        return said[:-1]


def _rendered(path: Path, said: list[dict]) -> Rendered:
    event = said[-1]
    return Rendered(path, event, event.get("message", ""))
