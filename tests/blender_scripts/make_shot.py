"""Write a small shot of two view layers, whose own passes are mist and cryptomatte. Run inside Blender."""

import sys

import bpy

WIDTH, HEIGHT = 64, 48


def main(path: str) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 4
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.resolution_percentage = 100
    add_room(scene)
    ball = add_things(scene)
    beauty = scene.view_layers[0]
    beauty.name = "Beauty"
    alone = scene.view_layers.new("Ball.001")
    scene.view_layers.new("Left out").use = False
    for layer in (beauty, alone):
        layer.use_pass_mist = layer.use_pass_cryptomatte_material = True
    for collection in alone.layer_collection.children:
        collection.exclude = collection.name != ball.users_collection[0].name
    bpy.ops.wm.save_as_mainfile(filepath=path)


def add_room(scene: bpy.types.Scene) -> None:
    world = bpy.data.worlds.new("room")
    scene.world = world
    if bpy.app.version < (5, 0, 0):
        world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (0.2, 0.45, 1.0, 1)
    background.inputs["Strength"].default_value = 2.0
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (0, -6, 1.2), (1.4, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera


def add_things(scene: bpy.types.Scene) -> bpy.types.Object:
    """Add a red ball and a golden block, each in a collection of its own; return the ball."""
    bpy.ops.mesh.primitive_uv_sphere_add(location=(-0.8, 0, 0))
    ball = in_its_own(scene, bpy.context.object, "ball", (0.9, 0.05, 0.03, 1))
    bpy.ops.mesh.primitive_cube_add(size=1.4, location=(1.1, 0.5, 0))
    in_its_own(scene, bpy.context.object, "block", (0.8, 0.5, 0.1, 1))
    return ball


def in_its_own(scene, thing, name, colour):
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = colour
    thing.data.materials.append(material)
    thing.name = name
    collection = bpy.data.collections.new(name)
    scene.collection.children.link(collection)
    for other in tuple(thing.users_collection):
        other.objects.unlink(thing)
    collection.objects.link(thing)
    return thing


if __name__ == "__main__":
    main(sys.argv[-1])
