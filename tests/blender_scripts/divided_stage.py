"""Write scenes to divide: `divided_stage.py FOLDER [NAME…]`: plain.blend, and one for each reason not to."""

import os
import sys
from collections.abc import Callable

import bpy

SIDE, SAMPLES = 48, 10


def main(folder: str, *names: str) -> None:
    for name in names or CHANGES:
        CHANGES[name](plain())
        bpy.ops.wm.save_as_mainfile(filepath=f"{folder}/{name}.blend", check_existing=False)


def plain() -> bpy.types.Scene:
    """A lit ball on a plane, with several passes that nobody needs."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = SAMPLES, False
    scene.cycles.sampling_pattern = "TABULATED_SOBOL"
    scene.view_layers[0].use_pass_z = scene.view_layers[0].use_pass_cryptomatte_object = True
    scene.render.dither_intensity = 2.0
    scene.view_settings.exposure = 0.5
    bpy.ops.mesh.primitive_plane_add(size=6)
    bpy.ops.mesh.primitive_uv_sphere_add(location=(0, 0, 1))
    lamp = bpy.data.lights.new("lamp", "AREA")
    lamp.energy = 300
    light = bpy.data.objects.new("lamp", lamp)
    light.location = (1, -1, 4)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (0, -6, 2.2), (1.35, 0, 0)
    for thing in (light, camera):
        scene.collection.objects.link(thing)
    scene.camera = camera
    return scene


def compositor(scene: bpy.types.Scene) -> tuple[bpy.types.NodeTree, bpy.types.Node, bpy.types.Node]:
    """Hand the picture on through a compositor that does nothing."""
    if "compositing_node_group" in scene.bl_rna.properties:
        tree = scene.compositing_node_group = bpy.data.node_groups.new("tree", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        output = tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        output = tree.nodes.new("CompositorNodeComposite")
    layers = tree.nodes.new("CompositorNodeRLayers")
    tree.links.new(layers.outputs["Image"], output.inputs[0])
    return tree, layers, output


def composite(scene: bpy.types.Scene) -> None:
    tree, layers, output = compositor(scene)
    blur = tree.nodes.new("CompositorNodeBlur")
    tree.links.new(layers.outputs["Image"], blur.inputs[0])
    tree.links.new(blur.outputs[0], output.inputs[0])


def show_alpha(scene: bpy.types.Scene) -> None:
    tree, layers, output = compositor(scene)
    tree.links.new(layers.outputs["Alpha"], output.inputs[0])


def catch_shadows(_scene: bpy.types.Scene) -> None:
    bpy.data.objects["Plane"].is_shadow_catcher = True


def draw_lines(scene: bpy.types.Scene) -> None:
    scene.render.use_freestyle = True


def sample_a_layer(scene: bpy.types.Scene) -> None:
    scene.view_layers[0].samples = 3


def stop_early(scene: bpy.types.Scene) -> None:
    scene.cycles.use_adaptive_sampling, scene.cycles.time_limit = True, 0.001


CHANGES: dict[str, Callable[[bpy.types.Scene], object]] = {
    "plain": lambda _: None,
    "handed-on": compositor,
    "early": stop_early,
    "composited": composite,
    "alpha-shown": show_alpha,
    "catcher": catch_shadows,
    "freestyle": draw_lines,
    "layer-samples": sample_a_layer,
}

if __name__ == "__main__":
    main(*sys.argv[sys.argv.index("--") + 1 if "--" in sys.argv else 1 :])
    sys.stdout.flush()
    os._exit(0)
