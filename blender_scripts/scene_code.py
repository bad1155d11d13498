"""Python that a .blend brings along: texts, handlers, drivers, Freestyle's style modules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from blender_scripts.data_blocks import data_blocks, node_trees
from blender_scripts.findings import Finding

_RUNS = " that runs when the file is opened"


def remove_code(scene_folder: Path, *, keep_drivers: bool) -> Iterator[Finding]:
    """Remove from the open file whatever Blender could run as Python, and say what it was.

    Args:
        scene_folder: Where the open file came from; code in it is the file's.
        keep_drivers: Leave the drivers that need Python.
    """
    yield from _remove_style_modules()
    yield from _remove_handlers(scene_folder)
    if not keep_drivers:
        yield from _remove_scripted_drivers()
    yield from _remove_texts()


def _remove_style_modules() -> Iterator[Finding]:
    """Turn Freestyle off. Its style modules run as Python even where scripts may not; they go too.

    A switch alone can be animated, so what it would start has to be gone.
    """
    for scene in bpy.data.scenes:
        modules = 0
        for layer in scene.view_layers:
            layer.use_freestyle = False
            settings = layer.freestyle_settings
            for module in list(settings.modules):
                settings.modules.remove(module)
                modules += 1
        if scene.render.use_freestyle or modules:
            scene.render.use_freestyle = False
            yield Finding(
                "removed",
                "freestyle",
                scene.name,
                "Expected a scene without Freestyle, whose style modules are programs, found it on or with "
                f"{modules} of them; it was turned off, so render the file as a trusted scene for its lines.",
            )


def _remove_handlers(scene_folder: Path) -> Iterator[Finding]:
    """Remove handlers whose code is in no file of Blender's or ours."""
    root = scene_folder.resolve()
    for event in dir(bpy.app.handlers):
        handlers = getattr(bpy.app.handlers, event)
        for handler in list(handlers) if isinstance(handlers, list) else ():
            code = getattr(handler, "__code__", None)
            if code is None or _is_a_programs(Path(code.co_filename), root):
                continue
            handlers.remove(handler)
            yield Finding(
                "removed",
                "handler",
                event,
                f"Expected no program of the file's at {event}, found {code.co_name}; it was removed.",
            )


def _is_a_programs(source: Path, root: Path) -> bool:
    return source.is_file() and not source.resolve().is_relative_to(root)


def _remove_scripted_drivers() -> Iterator[Finding]:
    for name, block in data_blocks():
        drivers: Any = getattr(getattr(block, "animation_data", None), "drivers", ())
        for curve in list(drivers):
            if _needs_python(curve.driver):
                subject, expression = f"{name}: {curve.data_path}", curve.driver.expression
                drivers.remove(curve)
                yield Finding(
                    "removed",
                    "driver",
                    subject,
                    f"Expected drivers that Blender evaluates without Python, found {expression!r}; it was "
                    "removed and the value stays as saved, so bake it or render the file as a trusted scene.",
                )


def _needs_python(driver: bpy.types.Driver) -> bool:
    return driver.type == "SCRIPTED" and not driver.is_simple_expression


def _remove_texts() -> Iterator[Finding]:
    """Remove texts. A lamp's light distribution is one too; it stays, as a text that nothing runs."""
    lamps = {node.ies for _, tree in node_trees() for node in tree.nodes if _is_internal_lamp(node)}
    for text in list(bpy.data.texts):
        if text in lamps:
            text.use_module = False
            continue
        name, registered = text.name, text.use_module
        bpy.data.texts.remove(text)
        yield Finding(
            "removed",
            "text-block",
            name,
            f"Expected a file without programs, found a text{_RUNS if registered else ''}; it was removed.",
        )


def _is_internal_lamp(node: Any) -> bool:  # noqa: ANN401 - any node
    return bool(node.bl_idname == "ShaderNodeTexIES" and node.ies is not None)
