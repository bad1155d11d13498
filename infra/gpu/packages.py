"""Installed packages: the files of a few of them and of everything that they need."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

# Neither compiled bytes, which are made again, nor the console scripts, which name this machine's Python,
# nor the kernels for AMD's GPUs (40 MB that do not shrink).
LEFT_OUT = re.compile(r"(.*/)?__pycache__/.*|\.\./.*|/.*|bpy/.*/kernel_(rt_)?gfx.*|.*\.pth")


def closure(names: Iterable[str]) -> list[Distribution]:
    """Return the installed distributions `names` and all that they need here, by name.

    Raises:
        PackageNotFoundError: One of them is not installed.
    """
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = normalised(waiting.pop())
        if name not in found:
            found[name] = distribution(name)
            waiting += needed_by(found[name])
    return [found[name] for name in sorted(found)]


def needed_by(package: Distribution) -> list[str]:
    """Return the names of what `package` needs on this system, without its extras."""
    wishes = [Requirement(text) for text in package.requires or ()]
    return [wish.name for wish in wishes if wish.marker is None or wish.marker.evaluate({"extra": ""})]


def normalised(name: str) -> str:
    """Return a distribution's name as package indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def files_of(package: Distribution) -> Iterator[tuple[Path, Path]]:
    """Yield the files of `package` that travel: where each lies, and its path below site-packages."""
    for listed in package.files or ():
        path = Path(str(package.locate_file(listed)))
        if not LEFT_OUT.fullmatch(str(listed)) and path.is_file():
            yield path, Path(*listed.parts)
