"""What a scene says about itself: its range, size, cameras, layers and settings, and what of it is a trap."""

from fractions import Fraction
from typing import Any

import bpy

from blender_scripts.divisibility import divisibility_of
from blender_scripts.findings import Finding
from blender_scripts.unbaked import unbaked

_RATE_DIGITS = 6  # Blender keeps 1.001 as a single-precision number
_BYTES = {True: 16, False: 4}  # of a pixel, as the renderer keeps it: four floats, or four bytes
_BYTES_OF_A_TRIANGLE = 300  # with its vertices, normals and its share of the search tree; measured in Cycles


def facts_of(scene: bpy.types.Scene) -> dict[str, Any]:
    """Return what a scene would render if nothing were overruled."""
    render = scene.render
    rate = Fraction(render.fps) / Fraction(str(round(render.fps_base, _RATE_DIGITS)))
    return {
        "name": scene.name,
        "first": scene.frame_start,
        "last": scene.frame_end,
        "step": scene.frame_step,
        "fps": f"{rate.numerator}/{rate.denominator}",
        "width": render.resolution_x,
        "height": render.resolution_y,
        "percentage": render.resolution_percentage,
        "engine": render.engine,
        "samples": scene.cycles.samples if render.engine == "CYCLES" else 0,
        "denoise": render.engine == "CYCLES" and scene.cycles.use_denoising,
        "transparent": render.film_transparent,
        "cameras": sorted(thing.name for thing in _cameras(scene)),
        "camera": scene.camera.name if scene.camera else "",
        "camera_markers": sum(1 for marker in scene.timeline_markers if marker.camera),
        "view_layers": [layer.name for layer in scene.view_layers],
        "used_layers": [layer.name for layer in scene.view_layers if layer.use],
        "triangles": _triangles(scene),
        "memory_bytes": _memory(scene),
        "needs_order": bool(unbaked(scene)),
        "animated_seed": render.engine != "CYCLES" or scene.cycles.use_animated_seed,
        **divisibility_of(scene),
    }


def odd_settings(scene: bpy.types.Scene) -> list[Finding]:
    """Return a warning for every setting that is overruled, or that renders something else than it seems."""
    render = scene.render
    odd = {
        "border": (render.use_border, "renders only a part of the picture; the whole one is rendered"),
        "percentage": (
            render.resolution_percentage != 100,  # noqa: PLR2004 - per cent
            f"renders at {render.resolution_percentage} % of its size; say percentage 100 for all of it",
        ),
        "pixels": (
            render.pixel_aspect_x != render.pixel_aspect_y,
            "has pixels that are not square; players show them as if they were, so it looks squeezed",
        ),
        "stereo": (render.use_multiview, "renders several views; the main camera's alone is rendered"),
        "sequencer": (
            render.use_sequencer and _strips(scene) > 0,
            "has strips in its sequencer; the 3D scene is rendered, not they",
        ),
        "stamp": (render.use_stamp, "burns notes into the picture; they are left out"),
        "video-output": (
            render.image_settings.file_format in {"FFMPEG", "AVI_JPEG", "AVI_RAW"},
            "writes a video by itself; frames are rendered, and a video is made of them",
        ),
        "overwrite": (
            not render.use_overwrite or render.use_placeholder,
            "keeps frames that exist, or leaves placeholders for them; every frame is rendered",
        ),
        "compositor-off": (
            not render.use_compositing and _has_compositor(scene),
            "has a compositor that is switched off; its frames go without it",
        ),
        "same-name": (
            len({thing.name for thing in _cameras(scene)}) < len(_cameras(scene)),
            "has several cameras of one name, from libraries; rename them to choose among them",
        ),
        "no-layer": (
            not any(layer.use for layer in scene.view_layers),
            "has every view layer switched off; name one",
        ),
    }
    return [
        Finding("warning", kind, scene.name, f"scene {scene.name}: it {what}")
        for kind, (is_so, what) in odd.items()
        if is_so
    ]


def _cameras(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    return [thing for thing in scene.objects if thing.type == "CAMERA"]


def _has_compositor(scene: bpy.types.Scene) -> bool:
    of_scene = (
        "compositing_node_group" if "compositing_node_group" in scene.bl_rna.properties else "node_tree"
    )
    tree = getattr(scene, of_scene)
    return tree is not None and len(tree.nodes) > 0


def _strips(scene: bpy.types.Scene) -> int:
    editor = scene.sequence_editor
    strips: Any = getattr(editor, "strips_all", None) or getattr(editor, "sequences_all", ())
    return len(strips)


def _triangles(scene: bpy.types.Scene) -> int:
    """Estimate the triangles that are rendered: subdivision counts as it is rendered, instances once each."""
    total = 0
    for thing in scene.objects:
        if thing.type == "MESH" and not thing.hide_render:
            corners = len(thing.data.loops) - 2 * len(thing.data.polygons)
            levels = (m.render_levels for m in thing.modifiers if m.type in {"SUBSURF", "MULTIRES"})
            total += max(0, corners) * 4 ** min(12, sum(levels))
    return total


def _memory(scene: bpy.types.Scene) -> int:
    """Estimate what a render keeps in memory: geometry, pictures, and the passes of the result."""
    pictures = sum(
        image.size[0] * image.size[1] * _BYTES[image.is_float] for image in bpy.data.images if image.users
    )
    scale = scene.render.resolution_percentage / 100
    pixels = scene.render.resolution_x * scene.render.resolution_y * scale * scale
    return int(_triangles(scene) * _BYTES_OF_A_TRIANGLE + pictures + pixels * 16 * 12)
