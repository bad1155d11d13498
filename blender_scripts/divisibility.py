"""Whether the mean of parts of a picture's samples is the picture: what in a scene makes it another one."""

import bpy

from blender_scripts.blender_version import compositing_tree, most_divided_samples

_PLAIN_NODES = {"R_LAYERS", "COMPOSITE", "VIEWER", "GROUP_OUTPUT", "FRAME"}


def divisibility_of(scene: bpy.types.Scene) -> dict[str, object]:
    """Return what speaks against dividing a scene's samples, and what dividing them changes."""
    cycles = scene.cycles
    reasons = {
        "its compositor makes another picture of it": _is_composited(scene),
        "its shadow catchers are worked out of all samples": _has_shadow_catchers(),
        "Freestyle draws over it": scene.render.use_freestyle,
        "a view layer has samples of its own": _has_layer_samples(scene),
    }
    return {
        "indivisible": [reason for reason, is_so in reasons.items() if is_so],
        "most_divided_samples": most_divided_samples(),
        "may_stop_early": bool(cycles.use_adaptive_sampling or cycles.time_limit > 0),
    }


def _is_composited(scene: bpy.types.Scene) -> bool:
    """Tell whether a compositor does more than to hand its scene's picture on."""
    tree = compositing_tree(scene)
    if tree is None:
        return False
    if any(node.type not in _PLAIN_NODES for node in tree.nodes):
        return True
    return any(
        link.from_node.type != "R_LAYERS"
        or link.from_node.scene not in {scene, None}
        or link.from_socket.name != "Image"
        for link in tree.links
        if link.to_node.type in {"COMPOSITE", "GROUP_OUTPUT"}
    )


def _has_shadow_catchers() -> bool:
    """Tell whether the file has one, wherever it is placed. Of lights, the word means another thing."""
    return any(
        thing.is_shadow_catcher and thing.type != "LIGHT" and not thing.hide_render
        for thing in bpy.data.objects
    )


def _has_layer_samples(scene: bpy.types.Scene) -> bool:
    return scene.cycles.use_layer_samples != "IGNORE" and any(
        layer.samples > 0 for layer in scene.view_layers if layer.use
    )
