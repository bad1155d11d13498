"""Make one .blend for each attack by a program or a node. Run inside Blender by the tests."""

from collections.abc import Callable

import bpy

from tests.blender_scripts.attack_stage import (
    BLUE,
    Stage,
    compositor,
    empty_scene,
    glowing,
    leaving_a_trace,
    program,
    sheet,
    shown,
)

Attack = Callable[[Stage], None]


def registered_text(stage: Stage) -> None:
    empty_scene()
    program("start.py", leaving_a_trace(stage), registered=True)


def frame_handler(stage: Stage) -> None:
    empty_scene()
    source = (
        f"import bpy\ndef run(*_): {leaving_a_trace(stage)}\nbpy.app.handlers.frame_change_post.append(run)\n"
    )
    program("handler.py", source, registered=True)


def load_handler(stage: Stage) -> None:
    empty_scene()
    source = f"import bpy\ndef run(*_): {leaving_a_trace(stage)}\nbpy.app.handlers.load_post.append(run)\n"
    program("handler.py", source, registered=True)


def scripted(curve, stage: Stage) -> None:
    curve.driver.type = "SCRIPTED"
    curve.driver.expression = leaving_a_trace(stage)


def driver_on_an_object(stage: Stage) -> None:
    empty_scene()
    scripted(sheet(glowing(BLUE)).driver_add("location", 0), stage)


def driver_on_a_shape_key(stage: Stage) -> None:
    empty_scene()
    thing = sheet(glowing(BLUE))
    thing.shape_key_add(name="rest")
    scripted(thing.shape_key_add(name="bent").driver_add("value"), stage)


def driver_on_a_material(stage: Stage) -> None:
    empty_scene()
    material = glowing(BLUE)
    sheet(material)
    scripted(material.node_tree.nodes["Emission"].inputs["Strength"].driver_add("default_value"), stage)


def driver_on_the_world(stage: Stage) -> None:
    world = empty_scene().world
    light, out = (world.node_tree.nodes.new(f"ShaderNode{kind}") for kind in ("Background", "OutputWorld"))
    world.node_tree.links.new(light.outputs[0], out.inputs["Surface"])
    scripted(light.inputs["Strength"].driver_add("default_value"), stage)


def driver_in_a_node_group(stage: Stage) -> None:
    empty_scene()
    material = glowing(BLUE)
    sheet(material)
    group = bpy.data.node_groups.new("group", "ShaderNodeTree")
    group.interface.new_socket("Strength", in_out="OUTPUT", socket_type="NodeSocketFloat")
    value, out = group.nodes.new("ShaderNodeValue"), group.nodes.new("NodeGroupOutput")
    group.links.new(value.outputs[0], out.inputs[0])
    node = material.node_tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    material.node_tree.links.new(node.outputs[0], material.node_tree.nodes["Emission"].inputs["Strength"])
    scripted(value.outputs[0].driver_add("default_value"), stage)


def lens_program(stage: Stage) -> None:
    lens = empty_scene().camera.data
    lens.type = "CUSTOM"
    lens.custom_mode = "EXTERNAL"
    lens.custom_filepath = str(stage.ours / "secret.osl")


def freestyle_module(stage: Stage) -> None:
    scene = empty_scene()
    sheet(glowing(BLUE))
    scene.render.use_freestyle = True
    settings = scene.view_layers[0].freestyle_settings
    settings.mode = "SCRIPT"
    settings.modules.new().script = program("style.py", leaving_a_trace(stage), registered=False)


def file_output(stage: Stage) -> None:
    tree = compositor(empty_scene())
    _write_picture(tree, _layers(tree), stage)
    sheet(glowing(BLUE))


def file_output_in_groups(stage: Stage) -> None:
    tree = compositor(empty_scene())
    sheet(glowing(BLUE))
    picture = _layers(tree)
    for depth in range(2):
        inner = bpy.data.node_groups.new(f"depth {depth}", "CompositorNodeTree")
        inner.interface.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
        group = tree.nodes.new("CompositorNodeGroup")
        group.node_tree = inner
        tree.links.new(picture, group.inputs[0])
        tree, picture = inner, inner.nodes.new("NodeGroupInput").outputs[0]
    _write_picture(tree, picture, stage)


def _layers(tree) -> bpy.types.NodeSocket:
    return tree.nodes.new("CompositorNodeRLayers").outputs["Image"]


def _write_picture(tree, picture, stage: Stage) -> None:
    out = tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(out, "base_path"):
        out.base_path = str(stage.canary)
    else:
        out.directory, out.file_name = str(stage.canary), "picture"
        out.format.media_type = "IMAGE"
        out.file_output_items.new("RGBA", "Image")
    tree.links.new(picture, out.inputs[0])


def import_text(stage: Stage) -> None:
    empty_scene()
    _show_text(bpy.data.node_groups.new("reader", "GeometryNodeTree"), stage)
    _shown_by_nodes(bpy.data.node_groups["reader"])


def import_text_in_a_group(stage: Stage) -> None:
    empty_scene()
    inner = bpy.data.node_groups.new("reader", "GeometryNodeTree")
    _show_text(inner, stage)
    outer = bpy.data.node_groups.new("outer", "GeometryNodeTree")
    outer.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    group, out = outer.nodes.new("GeometryNodeGroup"), outer.nodes.new("NodeGroupOutput")
    group.node_tree = inner
    outer.links.new(group.outputs[0], out.inputs[0])
    _shown_by_nodes(outer)


def _show_text(tree, stage: Stage) -> None:
    secret = stage.ours / "secret.txt"
    secret.write_text("MMMMMMMM\n" * 8)
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    names = ("ImportText", "StringToCurves", "FillCurve", "SetMaterial")
    read, write, fill, paint = (tree.nodes.new(f"GeometryNode{name}") for name in names)
    move, out = tree.nodes.new("GeometryNodeTransform"), tree.nodes.new("NodeGroupOutput")
    read.inputs["Path"].default_value = str(secret)
    write.inputs["Size"].default_value = 0.5
    move.inputs["Translation"].default_value = (-1, 1, 0)
    paint.inputs["Material"].default_value = glowing()
    realise = tree.nodes.new("GeometryNodeRealizeInstances")
    tree.links.new(read.outputs["String"], write.inputs["String"])
    chain = (write.outputs[0], realise, fill, move, paint)
    before = chain[0]
    for node in chain[1:]:
        tree.links.new(before, node.inputs["Geometry" if "Geometry" in node.inputs else 0])
        before = node.outputs[0]
    tree.links.new(before, out.inputs[0])


def _shown_by_nodes(tree) -> None:
    modifier = shown(bpy.data.meshes.new("text")).modifiers.new("nodes", "NODES")
    modifier.node_group = tree


def shader_program(stage: Stage) -> None:
    scene = empty_scene()
    scene.cycles.shading_system = True
    source = (
        f'shader look(output color Picture = 0) {{ Picture = texture("{stage.ours / "secret.png"}", u, v); }}'
    )
    material = glowing(BLUE)
    sheet(material)
    tree = material.node_tree
    node = tree.nodes.new("ShaderNodeScript")
    node.mode = "EXTERNAL"
    (stage.ours / "look.osl").write_text(source)
    import _cycles  # noqa: PLC0415 - the add-on's own module, there only once Blender is

    _cycles.osl_compile(str(stage.ours / "look.osl"), str(stage.ours / "look.oso"))
    node.filepath = str(stage.ours / "look.oso")
    socket = node.outputs.get("Picture") or node.outputs.new("NodeSocketColor", "Picture")
    tree.links.new(socket, tree.nodes["Emission"].inputs["Color"])
