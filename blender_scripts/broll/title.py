"""Words in the scene: a pane before the lens that shows a picture of them, sharp whatever the lens is focused on."""

from pathlib import Path

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.motion import animate, eased
from blender_scripts.broll.palette import Rgb, linear
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.view_color import shown_as
from blender_scripts.failure import BadInput
from blender_scripts.fields import Fields

_REST = 0.25  # seconds before it appears and after it went
_NEAR = 5.0  # times the distance from which on the lens sees
_PALETTE = ("primary", "secondary", "accent")
Nodes = bpy.types.NodeTree
Socket = bpy.types.NodeSocket
Box = tuple[float, float, float, float]


def add_title(stage: Stage, fields: Fields) -> None:
    """Show a picture of words, in which red is the letters, green the line beside them, blue a shade behind.

    It is a pane that hangs on the camera, nearer than all else, and is seen by it only: it casts no light and
    no shadow. A lens that is wide open would blur it; so each ray asks the picture not where it goes through
    the pane, but where it will meet the plane of focus, where all rays of a pixel meet.

    Raises:
        BadInput: The fields are not those of a title, or there is no such picture.
    """
    place: Box = tuple(fields.number(name, 0.0, 1.0) for name in ("left", "top", "width", "height"))  # type: ignore[assignment]
    path, color, fade = Path(fields.text("picture")), fields.text("color"), fields.number("fade", 0.0, 3.0)
    inked = getattr(stage.palette, color) if color in _PALETTE else linear(fields.color("color"))
    fields.refuse_others()
    camera = stage.scene.camera
    box = _on_the_plane(stage, camera.data, place)
    pane = stage.add("title", _pane(camera.data, box), camera)
    for ray in ("diffuse", "glossy", "transmission", "volume_scatter", "shadow"):
        setattr(pane, f"visible_{ray}", False)
    pane.data.materials.append(_material(stage, camera.data, _picture(path), box, inked, fade))


def _on_the_plane(stage: Stage, lens: bpy.types.Camera, place: Box) -> Box:
    """Return left, bottom, right and top of a place in the picture, on a plane one unit before the lens."""
    corners = lens.view_frame(scene=stage.scene)
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
    picture.colorspace_settings.name = "Non-Color"
    picture.pack()
    return picture


def _material(
    stage: Stage, lens: bpy.types.Camera, picture: bpy.types.Image, box: Box, color: Rgb, fade: float
) -> bpy.types.Material:
    """Return what shines in the letters' colour where the picture has letters, and is a dark glass else."""
    material = bpy.data.materials.new("title")
    tree = new_node_tree(material)
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.extension, texture.interpolation = picture, "CLIP", "Linear"
    tree.links.new(_where_it_meets(stage, tree, lens, box), texture.inputs["Vector"])
    shares = tree.nodes.new("ShaderNodeSeparateColor")
    there = tree.nodes.new("ShaderNodeMix")
    there.data_type, there.blend_type = "RGBA", "MIX"
    inputs = [socket for socket in there.inputs if socket.type == "RGBA"]
    factor = there.inputs[0]
    inputs[0].default_value = (0.0, 0.0, 0.0, 1.0)
    _fade(stage, factor, fade)
    tree.links.new(texture.outputs["Color"], inputs[1])
    tree.links.new(next(one for one in there.outputs if one.type == "RGBA"), shares.inputs[0])
    letters, line, shade = shares.outputs[:3]
    glass = tree.nodes.new("ShaderNodeBsdfTransparent")
    left_over = _math(tree, "MULTIPLY", *(_math(tree, "SUBTRACT", 1.0, share) for share in (letters, line)))
    left_over = _math(tree, "MULTIPLY", left_over, _math(tree, "SUBTRACT", 1.0, shade))
    tree.links.new(left_over, glass.inputs["Color"])
    whole = glass.outputs[0]
    for share, light in ((letters, color), (line, stage.palette.accent)):
        whole = _add(tree, whole, _light(tree, share, shown_as(stage.scene, light)))
    tree.links.new(whole, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    material.cycles.emission_sampling = "NONE"
    return material


def _where_it_meets(stage: Stage, tree: Nodes, lens: bpy.types.Camera, box: Box) -> Socket:
    """Return where in the picture the point lies in which a ray meets the plane of focus.

    In the pane's space the eye is at 0 and looks down -Z: with a ray through p along d and the plane at F,
    that point is p + d (-F - p.z) / d.z, and its image one unit before the lens is that over F.
    """
    through = tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]
    turned = tree.nodes.new("ShaderNodeVectorTransform")
    turned.vector_type, turned.convert_from, turned.convert_to = "VECTOR", "WORLD", "OBJECT"
    tree.links.new(tree.nodes.new("ShaderNodeNewGeometry").outputs["Incoming"], turned.inputs[0])
    along = turned.outputs[0]  # towards the eye: the sign falls out of d / d.z
    focus = tree.nodes.new("ShaderNodeValue").outputs[0]
    _focus(stage, lens, focus)
    height, fall = (_axis_z(tree, one) for one in (through, along))
    distance = _math(
        tree, "DIVIDE", _math(tree, "SUBTRACT", _math(tree, "MULTIPLY", focus, -1.0), height), fall
    )
    met = _vector(tree, "ADD", through, _scaled(tree, along, distance))
    seen = _scaled(tree, met, _math(tree, "DIVIDE", 1.0, focus))
    left, low, right, high = box
    from_corner = _vector(tree, "SUBTRACT", seen, (left, low, 0.0))
    return _vector(tree, "DIVIDE", from_corner, (right - left, high - low, 1.0))


def _focus(stage: Stage, lens: bpy.types.Camera, socket: Socket) -> None:
    """Have a number follow the distance that the lens is focused on."""
    distances: dict[float, float] = {}
    for frame in range(1, stage.frames + 1):
        stage.scene.frame_set(frame)
        distances[stage.moment(frame)] = _focused_on(stage.scene.camera, lens)
    if len(set(distances.values())) == 1:
        socket.default_value = distances[stage.moment(1)]
    else:
        animate(stage, socket, "default_value", distances.__getitem__)


def _focused_on(camera: bpy.types.Object, lens: bpy.types.Camera) -> float:
    aim = lens.dof.focus_object
    if not lens.dof.use_dof:
        return 1.0
    if aim is None:
        return max(lens.dof.focus_distance, lens.clip_start)
    return max(-(camera.matrix_world.inverted() @ aim.matrix_world.translation).z, lens.clip_start)


def _fade(stage: Stage, socket: Socket, seconds: float) -> None:
    """Have a share rise softly from 0 to 1 and fall at the end; in a loop it is 1 all the time."""
    socket.default_value = 1.0
    if stage.loop or not seconds:
        return
    rest, rise = min(_REST, stage.seconds / 20), min(seconds, stage.seconds / 4)

    def share(moment: float) -> float:
        second = moment * stage.seconds
        return eased(min(second - rest, stage.seconds - rest - second) / rise)

    animate(stage, socket, "default_value", share)


def _light(tree: Nodes, share: Socket, color: Rgb) -> Socket:
    light = tree.nodes.new("ShaderNodeEmission")
    light.inputs["Color"].default_value = (*color, 1.0)
    tree.links.new(share, light.inputs["Strength"])
    return light.outputs[0]


def _add(tree: Nodes, one: Socket, other: Socket) -> Socket:
    both = tree.nodes.new("ShaderNodeAddShader")
    tree.links.new(one, both.inputs[0])
    tree.links.new(other, both.inputs[1])
    return both.outputs[0]


def _math(tree: Nodes, operation: str, *values: Socket | float) -> Socket:
    return _worked_out(tree, "ShaderNodeMath", operation, values)


def _vector(tree: Nodes, operation: str, *values: Socket | tuple[float, float, float]) -> Socket:
    return _worked_out(tree, "ShaderNodeVectorMath", operation, values)


def _scaled(tree: Nodes, vector: Socket, factor: Socket) -> Socket:
    node = tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "SCALE"
    tree.links.new(vector, node.inputs[0])
    tree.links.new(factor, node.inputs["Scale"])
    return node.outputs[0]


def _axis_z(tree: Nodes, vector: Socket) -> Socket:
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(vector, apart.inputs[0])
    return apart.outputs["Z"]


def _worked_out(tree: Nodes, kind: str, operation: str, values: tuple[object, ...]) -> Socket:
    node = tree.nodes.new(kind)
    node.operation = operation
    for socket, value in zip(node.inputs, values, strict=False):
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, socket)
        else:
            socket.default_value = value
    return node.outputs[0]
