"""Templates: each is a module with `build(stage)`, called by its name. One more file is one more template."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from blender_scripts.broll.stage import Stage
from blender_scripts.failure import BadInput


def template_called(name: str) -> Callable[[Stage], None]:
    """Return what builds the scene of a template.

    Raises:
        BadInput: There is none of this name.
    """
    known = sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
    if name not in known:
        raise BadInput(f"job.template: expected one of {', '.join(known)}, found {name!r:.60}")
    build: Callable[[Stage], None] = import_module(f"blender_scripts.templates.{name}").build
    return build
