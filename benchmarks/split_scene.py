"""Write a .blend to divide: `split_scene.py out.blend SEED`; it takes all samples and is not denoised."""

import os
import sys

import bpy

SAMPLES, WIDTH, HEIGHT = 64, 384, 216


def main(argv: list[str]) -> None:
    """Build the scene and save it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.seed = SAMPLES, int(argv[2])
    scene.cycles.use_adaptive_sampling = scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    bpy.ops.mesh.primitive_plane_add(size=12)
    add_heads()
    add_light_and_camera(scene)
    bpy.ops.wm.save_as_mainfile(filepath=argv[1], check_existing=False)


def add_heads() -> None:
    """Stand some heads of metal and of wax in a row."""
    for place, (metallic, roughness) in enumerate(((1.0, 0.1), (0.0, 0.5), (0.6, 0.3))):
        bpy.ops.mesh.primitive_monkey_add(size=1.6, location=(2 * (place - 1), 0, 0.8))
        bpy.ops.object.shade_smooth()
        head = bpy.context.object
        head.modifiers.new("smooth", "SUBSURF").render_levels = 2
        material = bpy.data.materials.new(f"head {place}")
        if bpy.app.version < (5, 0, 0):
            material.use_nodes = True
        shader = material.node_tree.nodes["Principled BSDF"]
        shader.inputs["Base Color"].default_value = (0.7, 0.3, 0.1 + 0.2 * place, 1)
        shader.inputs["Metallic"].default_value = metallic
        shader.inputs["Roughness"].default_value = roughness
        head.data.materials.append(material)


def add_light_and_camera(scene: bpy.types.Scene) -> None:
    """Light the heads from one side, and look at them."""
    lamp = bpy.data.lights.new("window", "AREA")
    lamp.energy, lamp.size = 400, 2
    light = bpy.data.objects.new("window", lamp)
    light.location, light.rotation_euler = (3, -3, 4), (0.7, 0.4, 0.6)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (0, -8, 2.6), (1.32, 0, 0)
    for thing in (light, camera):
        scene.collection.objects.link(thing)
    scene.camera = camera


if __name__ == "__main__":
    main(sys.argv)
    sys.stdout.flush()
    os._exit(0)  # Blender's own end was seen to hang
