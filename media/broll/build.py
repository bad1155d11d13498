"""Find or build the .blend of a clip: from there on it is a shot like any other."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, gcd
from typing import Any

from media.asset import fetch_asset
from media.blender import ENTRY, Blender, run_script
from media.blender_events import TemplateBuilt
from media.broll.job import BrollJob
from media.broll.title import TitleBlock
from media.broll.title_picture import TitlePicture, title_picture
from media.digest import digest_of, exact, sha256_of, sha256_of_file
from media.errors import BadInput, ToolFailed
from media.faults import fault_point
from media.kind import Kind
from media.shot.job import AnimationJob
from media.source import Built, Source, staged_address, stored
from media.stage_report import find_report
from media.store import ObjectStore
from media.store.keys import key_for
from media.store.once import write_first
from media.store.single_flight import Work, once_at_a_time
from media.tools import Tools
from media.workspace import workspace

RECIPE = 1
"""Raise by hand when what is not in the templates' own files would build another scene."""
RECORD = "template.json"
BUILT_OF = ("templates", "broll")
"""Whose files are in the digest: who edits a template sees it edited, and need not raise a number."""
LARGEST_SIDE = 1920
"""Of the picture as the .blend has it; a job renders it in the size that it asks for."""


def build_template(job: BrollJob, own: Source | None, tools: Tools) -> Source:
    """Find or build the .blend of a clip, or wait for who is building it.

    Args:
        job: What is wished.
        own: The caller's own .blend, if the job names one.
        tools: The store and Blender.

    Raises:
        BadInput: The template, or the caller's .blend, does not take what is wished.
        OutOfResources, TimedOut, ToolFailed: Blender was stopped or broke.
    """
    if own and own.kind is not Kind.BLEND:
        raise BadInput(
            f"{own.name}: expected a .blend with named parameters, found a file of the kind {own.kind}"
        )
    title = title_picture(job.title, job.width, job.height) if job.title else None
    wished = {**_wished(job), **_title_of(job.title, title)}
    digest = _digest(wished, own, tools.blender)
    work = Work(
        name=f"the template {job.template}",
        find=lambda: _found(digest, tools.store),
        make=lambda: _built(wished, own, title, tools),
        publish=lambda source: _published(digest, source, tools.store),
    )
    built = Built(digest=digest, asked=job.model_dump(mode="json", exclude={"source"}))
    return once_at_a_time(digest, work, tools.store).model_copy(update={"built": built})


def animation_of(job: BrollJob, scene: Source) -> AnimationJob:
    """Return the job that renders what was built.

    It is ours, or its owner's who has said that it may run what is in it.
    """
    return AnimationJob(
        source=staged_address(scene),
        blend="trusted",
        width=job.width,
        height=job.height,
        samples=job.samples,
        fps=job.fps,
        video=job.video,
        crf=job.crf,
        require_gpu=job.require_gpu,
        device=job.device,
        machines=job.machines,
        chunk=job.chunk,
        deployment=job.deployment,
    )


def _wished(job: BrollJob) -> dict[str, object]:
    """Return what Blender is told, but for where things lie.

    Of the size, the shape alone matters: a small preview and the clip itself are of one scene. A title is
    another thing: it is drawn in the pixels that are asked for.
    """
    common, rate = gcd(job.width, job.height), Fraction(job.fps)
    times = max(LARGEST_SIDE // max(job.width // common, job.height // common), 1)
    whole = ceil(rate)
    return {
        "template": job.template,
        "parameters": job.all_parameters,
        "palette": job.all_colors,
        "width": job.width // common * times,
        "height": job.height // common * times,
        "frames": job.frames,
        "fps": whole,
        "fps_base": float(whole / rate),
        "seed": job.seed,
        "loop": job.loop,
    }


def _title_of(block: TitleBlock | None, picture: TitlePicture | None) -> dict[str, object]:
    """Return what Blender is told of a title, the digest of its picture in the picture's place."""
    if block is None or picture is None:
        return {}
    place = {name: getattr(picture, name) for name in ("left", "top", "width", "height")}
    return {"title": {"picture": sha256_of(picture.png), "color": block.color, "fade": block.fade, **place}}


def _digest(wished: Mapping[str, object], own: Source | None, blender: Blender) -> str:
    return digest_of(
        {
            "stage": "template",
            "recipe": RECIPE,
            "code": _code_digest(),
            "wished": exact(wished),
            "own": own.asset.sha256 if own else "",
            "blender": blender.series,
        }
    )


def _code_digest() -> str:
    """Return the digest of the templates and of what they are built of."""
    root = ENTRY.parent
    files = sorted(file for folder in BUILT_OF for file in (root / folder).rglob("*.py"))
    return digest_of({file.relative_to(root).as_posix(): sha256_of_file(file) for file in files})


def _found(digest: str, store: ObjectStore) -> Source | None:
    """Return the scene of this digest if all of it is stored; what is, counts as used."""
    return find_report(key_for("scenes", digest, RECORD), Source, store, lambda scene: (scene.asset,))


def _built(wished: Mapping[str, Any], own: Source | None, title: TitlePicture | None, tools: Tools) -> Source:
    """Build a scene and store its file, without the record by which it is found."""
    name = own.name if own else f"{wished['template']}.blend"
    with workspace() as folder:
        output = folder / "scene.blend"
        asked = {"do": "build_template", **wished, "output": str(output)}
        if title:
            (folder / "title.png").write_bytes(title.png)
            asked["title"] = {**wished["title"], "picture": str(folder / "title.png")}
        if own:
            fetch_asset(own.asset, tools.store, folder / "own.blend")
            asked["blend"] = str(folder / "own.blend")
        events = run_script(tools.blender, asked, folder)
        if not any(isinstance(event, TemplateBuilt) for event in events) or not output.is_file():
            raise ToolFailed(f"{name}: expected a saved scene, found none; run it again")
        return stored(output, name, tools.store).model_copy(update={"found": False})


def _published(digest: str, scene: Source, store: ObjectStore) -> Source:
    """Write the record of a scene, once; whoever was first has built the scene that counts."""
    fault_point("template.before_report")
    key = key_for("scenes", digest, RECORD)
    data = scene.model_dump_json().encode()
    first = write_first(key, data, store, lambda: _found(digest, store))
    return first.model_copy(update={"found": False}) if first else scene
