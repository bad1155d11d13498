"""Show and measure every template: `python examples/gallery.py [TEMPLATE …] [--out FOLDER] [--draft]`.

Writes FOLDER/index.html with a poster, a preview of two seconds that loops, a contact sheet and the figures
of each, and prints a line for each figure; ends with 1 if one is beyond its bound. What lies in FOLDER/store
is found, not made again. `--draft` makes tiny pictures of few samples, and measures those.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from prefect.settings import temporary_settings

from blocks.stores import open_store
from blocks.tools import open_tools
from flows.command_line import SERVER
from flows.render_animation import render_animation
from flows.render_broll import render_broll
from media.asset import fetch_asset
from media.broll.build import animation_of, build_template
from media.broll.gallery import Exhibit, gallery_page
from media.broll.job import BrollJob
from media.broll.templates import known_templates
from media.errors import MediaError
from media.manifest import Manifest, Result, find_manifest
from media.pictures.clip import Frames, frames_of
from media.pictures.figures import (
    Figure,
    figures_of_clip,
    figures_of_loop,
    figures_of_poster,
    figures_of_seeds,
)
from media.pictures.flicker import WINDOW
from media.store import ObjectStore

OTHER_SEED = 1
POSTER_QUALITY = 90
POSTER_AT = 97
"""The frame of the clip that the poster shows: light and motion have begun by then."""
MEASURED = (112, 112 + WINDOW - 1)
"""The frames of the clip in which flicker and motion are measured: in its middle the camera is fastest."""


@dataclass(frozen=True)
class Sizes:
    """How large and how well pictures are rendered.

    Attributes:
        poster: Width and height of a frame in full size.
        preview: Width and height of the preview, and of what is measured beside it.
        fps: Of the preview.
        seconds: Its length.
        draft_samples: Samples of the preview, which is looked at in small.
        samples: Of everything else.
    """

    poster: tuple[int, int] = (1920, 1080)
    preview: tuple[int, int] = (480, 270)
    fps: int = 24
    seconds: float = 2.0
    draft_samples: int = 32
    samples: int = 128


DRAFT = Sizes(poster=(320, 180), preview=(160, 90), seconds=0.5, draft_samples=4, samples=8)


@dataclass(frozen=True)
class Made:
    """A finished job, its frames, and where both lie."""

    manifest: Manifest
    frames: Frames
    store: ObjectStore


def main(argv: Sequence[str]) -> int:
    """Make the gallery; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "templates", nargs="*", metavar="TEMPLATE", help="which; if none is named, all of them"
    )
    parser.add_argument("--out", type=Path, default=Path("out/gallery"), help="folder to write into")
    parser.add_argument("--draft", action="store_true", help="tiny pictures of few samples")
    arguments = parser.parse_args(argv)
    known = known_templates()
    if unknown := [name for name in arguments.templates if name not in known]:
        parser.error(f"expected templates out of {', '.join(known)}, found {', '.join(unknown)}")
    folder, sizes = arguments.out.resolve(), DRAFT if arguments.draft else Sizes()
    exhibits, failed = [], False
    with temporary_settings(set_defaults=SERVER):
        for name in arguments.templates or known:
            try:
                exhibits.append(exhibit_of(name, folder, sizes))
            except MediaError as error:
                failed = True
                print(f"{name:<18} {type(error).__name__}: {error}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(gallery_page(exhibits), encoding="utf-8")
    print(folder / "index.html")
    return int(failed or any(exhibit.is_broken for exhibit in exhibits))


def exhibit_of(name: str, folder: Path, sizes: Sizes) -> Exhibit:
    """Make, measure and write what is shown of one template."""
    store = folder / "store"
    clip = {"template": name, "width": sizes.poster[0], "height": sizes.poster[1], "samples": sizes.samples}
    small = clip | {"width": sizes.preview[0], "height": sizes.preview[1]}
    length = {"duration": sizes.seconds, "fps": sizes.fps, "loop": True, "samples": sizes.draft_samples}
    preview = small | length
    loop = made(preview, store)
    poster = frames_in(clip, (POSTER_AT, POSTER_AT), store)
    middle = frames_in(small, MEASURED, store)
    again = frames_in(preview, (1, 1), folder / "again")  # of its own, so that it is rendered, not found
    other = frames_in(preview | {"seed": OTHER_SEED}, (1, 1), store)
    figures = [
        *figures_of_loop(loop.frames),
        *figures_of_clip(middle.frames),
        *figures_of_poster(poster.frames, poster.manifest.record.frames[0].seconds),
        *figures_of_seeds(loop.frames[:1], again.frames, other.frames),
    ]
    for figure in figures:
        tell(name, figure)
    write(folder / name, loop, poster)
    return Exhibit(
        model=known_templates()[name],
        job=preview,
        poster=f"{name}/poster.webp",
        preview=f"{name}/preview.mp4",
        sheet=f"{name}/sheet.webp",
        figures=figures,
    )


def made(job: dict[str, object], store: Path) -> Made:
    """Have a clip found or made in a store."""
    os.environ["RENDERMILL_STORE"] = str(store)
    return _read(render_broll(BrollJob.model_validate(job)))


def frames_in(job: dict[str, object], numbers: tuple[int, int], store: Path) -> Made:
    """Have some frames of a clip found or made in a store, as they are in the clip: first and last."""
    os.environ["RENDERMILL_STORE"] = str(store)
    clip = BrollJob.model_validate(job)
    whole = animation_of(clip, build_template(clip, None, open_tools()))
    part = {"first": numbers[0], "last": numbers[1], "video": "none"}
    return _read(render_animation(whole.model_copy(update=part)))


def _read(result: Result) -> Made:
    store = open_store()
    manifest = find_manifest(result.job, store)
    if manifest is None:
        raise FileNotFoundError(f"{result.manifest}: expected the manifest of a finished job, found none")
    return Made(manifest, frames_of(store.get(frame.key) for frame in manifest.content.frames), store)


def write(folder: Path, loop: Made, poster: Made) -> None:
    """Write what the page shows into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    fetch_asset(loop.manifest.output("video").asset, loop.store, folder / "preview.mp4")
    fetch_asset(loop.manifest.output("contact-sheet").asset, loop.store, folder / "sheet.webp")
    file = io.BytesIO()
    Image.fromarray(poster.frames[0]).save(file, "WEBP", quality=POSTER_QUALITY, method=4)
    (folder / "poster.webp").write_bytes(file.getvalue())


def tell(name: str, figure: Figure) -> None:
    """Print a figure on a line of its own."""
    verdict = "ok" if figure.holds else "BROKEN"
    print(f"{name:<18} {figure.name:<24} {figure.found:>24}   {figure.wanted:<26} {verdict}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
