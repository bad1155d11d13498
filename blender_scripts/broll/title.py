"""Words in the scene: a pane before the lens with a picture of them, sharp wherever the lens is focused."""

from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.types import NodeSocket

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.motion import animate, eased, value_at
from blender_scripts.broll.palette import Rgb, linear
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank
from blender_scripts.broll.view_color import shown_as
from blender_scripts.failure import BadInput
from blender_scripts.fields import Fields

_REST = 0.25  # seconds before it appears and after it went
_NEAR = 5.0  # times the distance from which on the lens sees
_PALETTE = ("primary", "secondary", "accent")
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Title:
    """What is shown: a picture, in which colour, for how long it fades in and out, and where.

    `box` is its left, bottom, right and top on a plane one unit before the lens.
    """

    picture: bpy.types.Image
    color: Rgb
    fade: float
    box: Box


def add_title(stage: Stage, fields: Fields) -> None:
    """Show a picture of words, in which red is the letters, green the line beside them, blue a shade behind.

    It is a pane that hangs on the camera, nearer than all else, and is seen by it only: it casts no light and
    no shadow. A lens that is wide open would blur it; so each ray asks the picture not where it goes through
    the pane, but where it will meet the plane of focus, where all rays of a pixel meet. The focal length is
    to stay the same over the clip.

    Raises:
        BadInput: The fields are not those of a title, or there is no such picture.
    """
    left, top, width, height = (fields.number(name, 0.0, 1.0) for name in ("left", "top", "width", "height"))
    color = fields.text("color")
    title = _Title(
        picture=_picture(Path(fields.text("picture"))),
        color=getattr(stage.palette, color) if color in _PALETTE else linear(fields.color("color")),
        fade=fields.number("fade", 0.0, 3.0),
        box=_on_the_plane(stage, (left, top, width, height)),
    )
    fields.refuse_others()
    camera = stage.scene.camera
    pane = stage.add("title", _pane(camera.data, title.box), camera)
    for ray in ("diffuse", "glossy", "transmission", "volume_scatter", "shadow"):
        setattr(pane, f"visible_{ray}", False)
    pane.data.materials.append(_material(stage, title))


def _on_the_plane(stage: Stage, place: Box) -> Box:
    """Return where a place of the picture (left, top, width, height) is, one unit before the lens."""
    corners = stage.scene.camera.data.view_frame(scene=stage.scene)
    apart = -corners[0].z
    left, right = min(one.x for one in corners) / apart, max(one.x for one in corners) / apart
    low, high = min(one.y for one in corners) / apart, max(one.y for one in corners) / apart
    wide, tall = right - left, high - low
    return (
        left + place[0] * wide,
        high - (place[1] + place[3]) * tall,
        left + (place[0] + place[2]) * wide,
        high - place[1] * tall,
    )


def _pane(lens: bpy.types.Camera, box: Box) -> bpy.types.Mesh:
    """Return a pane through which every ray goes that is to meet the title."""
    away = lens.clip_start * _NEAR
    opening = lens.lens / 1000 / (2 * lens.dof.aperture_fstop) if lens.dof.use_dof else 0.0
    reach = opening * 1.05
    left, low = box[0] * away - reach, box[1] * away - reach
    right, high = box[2] * away + reach, box[3] * away + reach
    pane = bpy.data.meshes.new("title")
    pane.from_pydata(
        [(left, low, -away), (right, low, -away), (right, high, -away), (left, high, -away)],
        [],
        [(0, 1, 2, 3)],
    )
    return pane


def _picture(path: Path) -> bpy.types.Image:
    try:
        picture = bpy.data.images.load(str(path))
    except RuntimeError as error:
        raise BadInput(f"title.picture: expected a PNG, found none at {path.name}") from error
    picture.colorspace_settings.name = "sRGB"  # letters mixed as light alone would look bloated
    picture.pack()
    return picture


def _material(stage: Stage, title: _Title) -> bpy.types.Material:
    """Return what shines in the letters' colour where the picture has letters, and is a dark glass else."""
    material, formula = blank("title")
    letters, line, shade = _shares(stage, formula, title)
    left_over = [formula.math("SUBTRACT", 1.0, share) for share in (letters, line, shade)]
    whole = formula.node("ShaderNodeBsdfTransparent", "BSDF", Color=formula.product(*left_over))
    for share, color in ((letters, title.color), (line, stage.palette.accent)):
        whole = formula.added(whole, formula.light(shown_as(stage.scene, color), share))
    formula.finish(whole)
    return material


def _shares(stage: Stage, formula: Formula, title: _Title) -> tuple[NodeSocket, ...]:
    """Return how much of what is seen is letters, line and shade, by the moment of the clip."""
    texture = formula.tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.extension, texture.interpolation = title.picture, "CLIP", "Cubic"
    formula.tree.links.new(_where_it_meets(stage, formula, title.box), texture.inputs["Vector"])
    there = formula.node("ShaderNodeValue", "Value")
    _fade(stage, there, title.fade)
    return formula.parts(formula.scaled(texture.outputs["Color"], there))


def _where_it_meets(stage: Stage, formula: Formula, box: Box) -> NodeSocket:
    """Return where in the picture the point lies in which a ray meets the plane of focus.

    In the pane's space the eye is at 0 and looks down -Z: with a ray through p along d and the plane at F,
    that point is p + d (-F - p.z) / d.z, and its image one unit before the lens is that over F.
    """
    through = formula.node("ShaderNodeTexCoord", "Object")
    turned = formula.tree.nodes.new("ShaderNodeVectorTransform")
    turned.vector_type, turned.convert_from, turned.convert_to = "VECTOR", "WORLD", "OBJECT"
    formula.tree.links.new(formula.node("ShaderNodeNewGeometry", "Incoming"), turned.inputs[0])
    along = turned.outputs[0]  # towards the eye: the sign falls out of d / d.z
    focus = formula.node("ShaderNodeValue", "Value")
    _focus(stage, stage.scene.camera.data, focus)
    (_, _, height), (_, _, fall) = (formula.parts(one) for one in (through, along))
    before = formula.math("SUBTRACT", formula.math("MULTIPLY", focus, -1.0), height)
    met = formula.vector("ADD", through, formula.scaled(along, formula.math("DIVIDE", before, fall)))
    seen = formula.scaled(met, formula.math("DIVIDE", 1.0, focus))
    left, low, right, high = box
    from_corner = formula.vector("SUBTRACT", seen, (left, low, 0.0))
    return formula.vector("DIVIDE", from_corner, (right - left, high - low, 1.0))


def _focus(stage: Stage, lens: bpy.types.Camera, socket: NodeSocket) -> None:
    """Have a number follow the distance that the lens is focused on."""
    distances = {stage.moment(frame): _focused_on(stage, lens, frame) for frame in range(1, stage.frames + 1)}
    socket.default_value = distances[stage.moment(1)]
    if len(set(distances.values())) > 1:
        animate(stage, socket, "default_value", distances.__getitem__)


def _focused_on(stage: Stage, lens: bpy.types.Camera, frame: int) -> float:
    aim = lens.dof.focus_object
    if not lens.dof.use_dof:
        return 1.0  # all rays of a pixel go the same way
    if aim is None:
        return max(value_at(lens, "dof.focus_distance", frame), float(lens.clip_start))
    stage.scene.frame_set(frame)
    to_lens = stage.scene.camera.matrix_world.inverted()
    return max(-float((to_lens @ aim.matrix_world.translation).z), float(lens.clip_start))


def _fade(stage: Stage, socket: NodeSocket, seconds: float) -> None:
    """Have a share rise softly from 0 to 1 and fall at the end; in a loop it is 1 all the time."""
    socket.default_value = 1.0
    if stage.loop or not seconds:
        return
    rest, rise = min(_REST, stage.seconds / 20), min(seconds, stage.seconds / 4)

    def share(moment: float) -> float:
        second = moment * stage.seconds
        return eased(min(second - rest, stage.seconds - rest - second) / rise) ** 2

    animate(stage, socket, "default_value", share)
