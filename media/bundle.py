"""Models of several files, as one ZIP archive: opened, and made of files that lie beside each other."""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from media.archive import extract
from media.companions import companions
from media.errors import BadInput
from media.geometry.children import limits_for, sentence
from media.geometry.gltf_files import files_of_gltfs
from media.geometry.usd_files import files_of_usd
from media.kind import Kind, kind_of_file
from media.reference import shown

MAIN = "main.txt"
"""A text file in the archive that names the main one; the archives that are made here begin with it."""

WITH_FILES = {Kind.GLTF, Kind.OBJ, Kind.USDA, Kind.USDC}
MAX_PACKED_BYTES = 2_000_000_000  # beyond it an archive takes the ZIP64 form, which is not read here
MAX_MAIN_BYTES = 4096  # no path is longer
DATE = (1980, 1, 1, 0, 0, 0)


def unpacked(path: Path, folder: Path, name: str) -> Path:
    """Unpack a bundle into `folder` and return its main file.

    A model that needs the files beside it stays among them; any other is moved out of their reach.

    Args:
        path: The ZIP archive.
        folder: Where its files go, below; it is made if it is not there.
        name: What its owner calls it.

    Raises:
        BadInput: The archive is hostile or damaged, or holds no model or several.
        OutOfResources, TimedOut, ToolFailed: A child that reads glTF or USD layers was stopped or broke.
    """
    files = folder / "files"
    main, kind = model_among(extract(path, files, name), files, name, folder)
    if kind in WITH_FILES:
        return files / main
    return (files / main).rename(folder / f"source.{kind}")


def model_among(places: list[str], files: Path, name: str, scratch: Path) -> tuple[str, Kind]:
    """Return the main one of an archive's files, and what it is.

    Args:
        places: Where they are, below `files`.
        files: The folder into which the archive was extracted.
        name: What its owner calls it.
        scratch: A folder for a child process to work in.

    Raises:
        BadInput: There is no model among them, or several.
        OutOfResources, TimedOut, ToolFailed: A child that reads glTF or USD layers was stopped or broke.
    """
    kinds = _models(places, files)
    main = _named(files, kinds) or _only(files, kinds, name, scratch)
    return main, kinds[main]


def packed(main: str, files: Mapping[str, Path], path: Path) -> None:
    """Write a bundle: stored, sorted and undated, so that the same files make the same bytes.

    Args:
        main: The main one among the keys of `files`.
        files: Where the files are, by their places in the bundle.
        path: Where the archive goes.

    Raises:
        BadInput: They are too large for a bundle.
    """
    size = sum(file.stat().st_size for file in files.values())
    if size > MAX_PACKED_BYTES:
        raise BadInput(
            f"{main}: expected at most {MAX_PACKED_BYTES} bytes with the files that it needs, "
            f"found {size}; pack it as one .glb or .usdz, or all into the .blend"
        )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_undated(MAIN), f"{main}\n")
        for place, file in sorted(files.items()):
            entry = _undated(place)
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


def _undated(place: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(place, DATE)
    entry.create_system = 3  # Unix, wherever it is packed
    entry.external_attr = 0o644 << 16
    return entry


def _models(places: list[str], files: Path) -> dict[str, Kind]:
    """Return which files are models, and of which kind; an archive within the archive is none."""
    kinds: dict[str, Kind] = {}
    for place in places:
        try:
            kind = kind_of_file(files / place, place)
        except BadInput:
            continue
        if kind not in {Kind.ZIP, Kind.BLEND}:
            kinds[place] = kind
    return kinds


def _named(files: Path, kinds: Mapping[str, Kind]) -> str | None:
    """Return the model that the archive's own `main.txt` names; any other text in it means nothing."""
    note = files / MAIN
    if not note.is_file() or note.stat().st_size > MAX_MAIN_BYTES:
        return None
    place = note.read_text(encoding="utf-8-sig", errors="replace").strip()
    return place if place in kinds else None


def _only(files: Path, kinds: Mapping[str, Kind], name: str, scratch: Path) -> str:
    """Return the one model that no other needs."""
    models = (
        sorted(set(kinds) - _needed_by_others(files, kinds, name, scratch)) if len(kinds) > 1 else [*kinds]
    )
    if not models:
        raise BadInput(
            f"{name}: expected a ZIP archive with a model in it, found none; pack a STEP, GLB, glTF, USD or "
            "mesh file with the files that it needs, and no archive within the archive"
        )
    if len(models) > 1:
        raise BadInput(
            f"{name}: expected one model in the archive, found {len(models)} "
            f"({sentence(map(shown, models))}); send one of them, or add a {MAIN} that names it"
        )
    return models[0]


def _needed_by_others(files: Path, kinds: Mapping[str, Kind], name: str, scratch: Path) -> set[str]:
    """Return the places of files that models need: a layer of a scene, a buffer that looks like a mesh."""
    needed: set[str] = set()
    layers = sorted(place for place, kind in kinds.items() if kind in {Kind.USDA, Kind.USDC})
    if layers:
        limits = limits_for(sum((files / layer).stat().st_size for layer in layers))
        for layer, others in files_of_usd(files, layers, name, scratch, limits).items():
            needed |= set(others) - {layer}
    gltfs = sorted(place for place, kind in kinds.items() if kind is Kind.GLTF)
    if gltfs:
        found = files_of_gltfs(files, gltfs, name).values()
        needed |= {other.relative_to(files).as_posix() for other in set().union(*found)}
    for place in set(kinds) - set(layers) - set(gltfs):
        others_of = companions(files / place, kinds[place], files, name, scratch)
        needed |= {other.relative_to(files).as_posix() for other in others_of}
    return needed
