"""Everything that differs between Blender 4.2 LTS and 5.0, in one place."""

from typing import Any

import bpy

_OLD_SEQUENCE = 256


def run_operator(operator: Any, **wished: object) -> None:  # noqa: ANN401 - Blender's operators have no public type
    """Call an operator with those of the wished options that this Blender knows.

    Raises:
        RuntimeError: The operator reported an error.
    """
    known = operator.get_rna_type().properties
    operator(**{name: value for name, value in wished.items() if name in known})


def set_where_known(owner: Any, **wished: object) -> None:  # noqa: ANN401 - any RNA struct
    """Set those of the wished properties that this Blender has."""
    for name, value in wished.items():
        if name in owner.bl_rna.properties:
            setattr(owner, name, value)


def set_image_format(image: bpy.types.ImageFormatSettings, file_format: str) -> None:
    """Choose a still image's file format. From 5.0 on the media type gates the formats, so it goes first."""
    layers = file_format == "OPEN_EXR_MULTILAYER"
    set_where_known(image, media_type="MULTI_LAYER_IMAGE" if layers else "IMAGE")
    image.file_format = file_format


def new_node_tree(owner: Any) -> bpy.types.NodeTree:  # noqa: ANN401 - a material, world or light
    """Return the empty node tree of a material, world or light. From 5.0 on only a light has to be told."""
    if bpy.app.version < (5, 0, 0) or owner.node_tree is None:
        owner.use_nodes = True
    tree = owner.node_tree
    tree.nodes.clear()
    return tree


def choose_look(view: bpy.types.ColorManagedViewSettings, transform: str, contrast: str) -> None:
    """Choose a view transform and its contrast look, whose name carries the transform's in some versions."""
    view.view_transform = transform
    for name in (f"{transform} - {contrast}", contrast, "None"):
        try:
            view.look = name
        except TypeError:  # this version has no look of that name
            continue
        return


def strips_of(owner: Any) -> Any:  # noqa: ANN401 - a sequence editor or meta strip, and its collection of strips
    """Return the strips of a sequence editor or meta strip, which before 4.4 were called sequences."""
    return owner.strips if "strips" in owner.bl_rna.properties else owner.sequences


def most_divided_samples() -> int:
    """Return how many samples a picture that is divided may have at most; 0 stands for any number."""
    return 0 if _knows_subsets() else _OLD_SEQUENCE


def choose_samples(cycles: bpy.types.bpy_struct, first: int, count: int, total: int) -> None:
    """Have Cycles render so many samples from `first` on, the same as if it rendered all `total`.

    Before 4.4, Cycles is not told of how many they are a part, on which most of its patterns depend. The one
    that does not has a sequence of its own for more samples than a certain number.
    """
    if _knows_subsets():
        cycles.samples, cycles.use_sample_subset, cycles.sample_subset_length = total, True, count
    else:
        cycles.samples, cycles.sampling_pattern = count, "TABULATED_SOBOL"
    cycles.sample_offset = first


def compositing_tree(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """Return the nodes that a scene's picture goes through, if it goes through any."""
    if not scene.render.use_compositing:
        return None
    if "compositing_node_group" in scene.bl_rna.properties:
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def new_compositing(scene: bpy.types.Scene) -> tuple[bpy.types.NodeTree, bpy.types.NodeSocket]:
    """Give a scene an empty compositor; returns its nodes, and where to link the picture."""
    scene.render.use_compositing = True
    set_where_known(scene.render, compositor_device="CPU", compositor_precision="FULL")
    if "compositing_node_group" not in scene.bl_rna.properties:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        return tree, tree.nodes.new("CompositorNodeComposite").inputs[0]
    tree = scene.compositing_node_group = bpy.data.node_groups.new("picture", "CompositorNodeTree")
    tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    return tree, tree.nodes.new("NodeGroupOutput").inputs[0]


def set_denoise_node(node: bpy.types.Node, prefilter: str, quality: str) -> None:
    """Tell a denoising node how to go about it, in the words of Cycles' own settings."""
    wished = {"prefilter": prefilter, "quality": quality}
    set_where_known(node, use_hdr=True, **wished)
    for name, value in wished.items():  # from 5.0 on they are sockets, whose words are those of the interface
        if name.title() in node.inputs:
            node.inputs[name.title()].default_value = value.title()
    if "HDR" in node.inputs:
        node.inputs["HDR"].default_value = True


def _knows_subsets() -> bool:
    return "sample_subset_length" in bpy.context.scene.cycles.bl_rna.properties
