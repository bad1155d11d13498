"""Which code this is: a name made of the code itself, the same in a checkout and in an image made of it."""

import hashlib
from pathlib import Path

PREFIX = "code-"
PACKAGES = ("blender_scripts", "blocks", "flows", "infra", "media", "tasks")
FILES = ("pyproject.toml", "requirements/base.lock")
LETTERS = 16


def code_version(root: Path) -> str:
    """Return `code-` and the beginning of a sha256 over our modules below `root` and what they run with."""
    whole = hashlib.sha256()
    modules = (path for package in PACKAGES for path in (root / package).rglob("*.py"))
    for path in sorted([*modules, *(root / name for name in FILES)]):
        said = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{said} {path.relative_to(root).as_posix()}\n".encode())
    return f"{PREFIX}{whole.hexdigest()[:LETTERS]}"
