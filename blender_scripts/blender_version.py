"""Everything that differs between Blender 4.2 LTS and 5.0, in one place."""

from typing import Any

import bpy


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
    """Return the empty node tree of a material, world or light. From 5.0 on `use_nodes` is always true."""
    if bpy.app.version < (5, 0, 0):
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


def compositor_of(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """Return the node tree that a scene's pictures go through, if there is one and it is in use."""
    if "compositing_node_group" in scene.bl_rna.properties:
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None
