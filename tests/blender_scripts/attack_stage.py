"""Where an attack takes place: a tiny scene, a secret outside its folder, a folder that stays empty.

Run inside Blender by the tests. The secret is green, and nothing else in a scene is.
"""

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from blender_scripts.blender_version import new_node_tree
from blender_scripts.png import encode_png

GREEN = (0.0, 1.0, 0.0, 1.0)
BLUE = (0.0, 0.0, 1.0, 1.0)  # what may be seen


@dataclass(frozen=True)
class Stage:
    """The folders of one attack: what is sent to us, what is ours, and where nothing may be written."""

    root: Path

    @property
    def sent(self) -> Path:
        return self.root / "sent"

    @property
    def ours(self) -> Path:
        return self.root / "ours"

    @property
    def canary(self) -> Path:
        return self.root / "canary"

    @property
    def blend(self) -> Path:
        return self.sent / "scene.blend"

    def lay_out(self) -> None:
        for folder in (self.sent, self.ours, self.canary):
            folder.mkdir(parents=True)
        green_picture(self.ours / "secret.png")


def green_picture(path: Path) -> Path:
    path.write_bytes(encode_png(np.full((4, 4, 3), (0, 255, 0), dtype=np.uint8)))
    return path


def empty_scene() -> bpy.types.Scene:
    """Return a scene that renders black in a moment: a camera that looks down on two by two units."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.view_settings.view_transform = "Standard"
    scene.world = bpy.data.worlds.new("dark")
    new_node_tree(scene.world)
    lens = bpy.data.cameras.new("camera")
    lens.type, lens.ortho_scale = "ORTHO", 2.0
    scene.camera = shown(lens, at=(0, 0, 5))
    return scene


def shown(data, at=(0, 0, 0)) -> bpy.types.Object:
    """Put an object into the scene."""
    thing = bpy.data.objects.new(data.name, data)
    thing.location = at
    bpy.context.scene.collection.objects.link(thing)
    return thing


def sheet(material, at=(0, 0, 0)) -> bpy.types.Object:
    """Put a sheet into the scene that fills the picture where it lies at the origin."""
    mesh = bpy.data.meshes.new("sheet")
    mesh.from_pydata([(-2, -2, 0), (2, -2, 0), (2, 2, 0), (-2, 2, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(material)
    mesh.uv_layers.new()
    return shown(mesh, at)


def glowing(colour=GREEN, image=None) -> bpy.types.Material:
    """Return a material that shines in a colour, or as an image does."""
    material = bpy.data.materials.new("glow")
    tree = new_node_tree(material)
    light, out = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("Emission", "OutputMaterial"))
    light.inputs["Color"].default_value = colour
    tree.links.new(light.outputs["Emission"], out.inputs["Surface"])
    if image:
        picture = tree.nodes.new("ShaderNodeTexImage")
        picture.image = image
        tree.links.new(picture.outputs["Color"], light.inputs["Color"])
    return material


def compositor(scene) -> bpy.types.NodeTree:
    """Return the node tree that a scene's pictures go through."""
    if hasattr(scene, "compositing_node_group"):
        tree = bpy.data.node_groups.new("compositing", "CompositorNodeTree")
        scene.compositing_node_group = tree
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        layers, out = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("NodeGroupOutput")
        tree.links.new(layers.outputs["Image"], out.inputs[0])
        return tree
    scene.use_nodes = True
    return scene.node_tree


def program(name: str, source: str, *, registered: bool) -> bpy.types.Text:
    text = bpy.data.texts.new(name)
    text.write(source)
    text.use_module = registered
    return text


def leaving_a_trace(stage: Stage) -> str:
    """Return a Python expression that leaves a file in the folder that has to stay empty."""
    return f"open({str(stage.canary / 'ran')!r}, 'w').close() or 1"
