"""Materials of a chip and its board, coloured by the .blend's own named parameters."""

from collections.abc import Callable

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.processor.signals import (
    Number,
    Signal,
    color_of_scene,
    connect,
    mixed_colors,
    noise,
    of_mesh,
    of_scene,
)

GOLD = (0.95, 0.62, 0.25, 1.0)
TIN = (0.75, 0.75, 0.77, 1.0)
HAZE_FROM, HAZE_TO = 1.9, 5.5  # units from the camera


def solder_mask(name: str, lightness: float, roughness: float) -> bpy.types.Material:
    """Return lacquer over glass fibre: glossy in patches, its tint between surface and primary."""

    def build(tree: bpy.types.NodeTree) -> bpy.types.Node:
        tint = mixed_colors(
            tree, 0.1, color_of_scene(tree, "palette_surface"), color_of_scene(tree, "palette_primary")
        )
        patches, grain = noise(tree, 3.0), noise(tree, 130.0, detail=0.0)
        base = mixed_colors(tree, patches * 0.3 + (0.6 - 0.5 * lightness), tint, (0.002, 0.002, 0.003, 1.0))
        rough = patches.eased(0.3, 0.7) * 0.2 + grain * 0.06 + (roughness - 0.1)
        return _surface(tree, base, roughness=rough)

    return _material(name, build, is_hazy=True)


def brushed(name: str) -> bpy.types.Material:
    """Return metal that was brushed along X, in the colour that the parameter `metal` says."""

    def build(tree: bpy.types.NodeTree) -> bpy.types.Node:
        streaks = noise(tree, 5.0, (0.6, 60.0, 60.0))
        base = mixed_colors(tree, streaks * 0.5, color_of_scene(tree, "metal"), (0.08, 0.08, 0.085, 1.0))
        node = _surface(tree, base, metallic=1.0, roughness=streaks * 0.3 + 0.16)
        node.inputs["Anisotropic"].default_value = 0.75
        return node

    return _material(name, build)


def metal(name: str, color: tuple[float, float, float, float], roughness: float) -> bpy.types.Material:
    """Return bare metal with traces of handling."""

    def build(tree: bpy.types.NodeTree) -> bpy.types.Node:
        return _surface(
            tree, color, metallic=1.0, roughness=noise(tree, 30.0, detail=0.0) * 0.2 + (roughness - 0.1)
        )

    return _material(name, build)


def moulded(name: str, lightness: float, roughness: float) -> bpy.types.Material:
    """Return moulded plastic or ceramic in the colour of surfaces."""

    def build(tree: bpy.types.NodeTree) -> bpy.types.Node:
        tint = color_of_scene(tree, "palette_surface")
        base = mixed_colors(tree, lightness, tint, (0.32, 0.27, 0.22, 1.0))
        grain = noise(tree, 180.0, detail=0.0)
        return _surface(tree, base, roughness=grain * 0.2 + (roughness - 0.1))

    return _material(name, build, is_hazy=True)


def lit_mask(name: str, strength: Callable[[bpy.types.NodeTree], Signal]) -> bpy.types.Material:
    """Return a trace: lacquer on copper, with light that runs along it."""

    def build(tree: bpy.types.NodeTree) -> bpy.types.Node:
        base = mixed_colors(
            tree, 0.2, color_of_scene(tree, "palette_surface"), color_of_scene(tree, "palette_primary")
        )
        node = _surface(tree, mixed_colors(tree, 0.25, base, GOLD), metallic=0.6, roughness=0.36)
        light = _hue(tree)
        connect(tree, node.inputs["Emission Color"], light)
        connect(tree, node.inputs["Emission Strength"], strength(tree) * of_scene(tree, "glow"))
        return node

    return _material(name, build, is_hazy=True)


def silicon(name: str, strength: Callable[[bpy.types.NodeTree], Signal]) -> bpy.types.Material:
    """Return etched silicon: a dark mirror whose blocks shimmer apart, and shine as their core does."""

    def build(tree: bpy.types.NodeTree) -> bpy.types.Node:
        tone = of_mesh(tree, "tone")
        sheen = mixed_colors(
            tree, tone, color_of_scene(tree, "palette_primary"), color_of_scene(tree, "palette_secondary")
        )
        etched = mixed_colors(tree, tone * 0.5 + 0.45, sheen, (0.02, 0.02, 0.025, 1.0))
        base = mixed_colors(tree, 0.84, etched, (0.006, 0.006, 0.008, 1.0))
        node = _surface(tree, base, metallic=1.0, roughness=tone * 0.18 + 0.17)
        connect(tree, node.inputs["Emission Color"], _hue(tree))
        connect(tree, node.inputs["Emission Strength"], strength(tree) * of_scene(tree, "glow"))
        return node

    return _material(name, build)


def _hue(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    """Return the colour of light: primary to secondary by the mark `hue`, accent where it is above 1."""
    hue = of_mesh(tree, "hue")
    cool = mixed_colors(
        tree,
        hue.eased(0.0, 1.0),
        color_of_scene(tree, "palette_primary"),
        color_of_scene(tree, "palette_secondary"),
    )
    return mixed_colors(tree, hue.eased(1.2, 1.8), cool, color_of_scene(tree, "palette_accent"))


def _surface(
    tree: bpy.types.NodeTree,
    base: object,
    roughness: Number,
    metallic: float = 0.0,
) -> bpy.types.Node:
    node = tree.nodes.new("ShaderNodeBsdfPrincipled")
    connect(tree, node.inputs["Base Color"], base)
    connect(tree, node.inputs["Roughness"], roughness)
    node.inputs["Metallic"].default_value = metallic
    along = tree.nodes.new("ShaderNodeCombineXYZ")  # left out, it is found at every hit, brushed or not
    along.inputs[0].default_value = 1.0
    tree.links.new(along.outputs[0], node.inputs["Tangent"])
    return node


def _material(
    name: str, build: Callable[[bpy.types.NodeTree], bpy.types.Node], *, is_hazy: bool = False
) -> bpy.types.Material:
    """Return a material; a hazy one fades into the background with the distance."""
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    shader = build(tree).outputs[0]
    if is_hazy:
        far = Signal(tree.nodes.new("ShaderNodeCameraData").outputs["View Distance"]).eased(
            HAZE_FROM, HAZE_TO
        )
        air = tree.nodes.new("ShaderNodeEmission")
        tree.links.new(color_of_scene(tree, "palette_background"), air.inputs["Color"])
        both = tree.nodes.new("ShaderNodeMixShader")
        connect(tree, both.inputs[0], far)
        tree.links.new(shader, both.inputs[1])
        tree.links.new(air.outputs[0], both.inputs[2])
        shader = both.outputs[0]
    tree.links.new(shader, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    material.cycles.emission_sampling = "NONE"
    return material
