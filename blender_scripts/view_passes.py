"""Which passes the view layers of a scene keep, by the names that the engine gives them."""

import bpy

_OF_LAYER = {
    "combined": "use_pass_combined",
    "depth": "use_pass_z",
    "mist": "use_pass_mist",
    "position": "use_pass_position",
    "normal": "use_pass_normal",
    "vector": "use_pass_vector",
    "uv": "use_pass_uv",
    "object_index": "use_pass_object_index",
    "material_index": "use_pass_material_index",
    "diffuse_color": "use_pass_diffuse_color",
    "diffuse_direct": "use_pass_diffuse_direct",
    "diffuse_indirect": "use_pass_diffuse_indirect",
    "glossy_color": "use_pass_glossy_color",
    "glossy_direct": "use_pass_glossy_direct",
    "glossy_indirect": "use_pass_glossy_indirect",
    "transmission_color": "use_pass_transmission_color",
    "transmission_direct": "use_pass_transmission_direct",
    "transmission_indirect": "use_pass_transmission_indirect",
    "emission": "use_pass_emit",
    "environment": "use_pass_environment",
    "ambient_occlusion": "use_pass_ambient_occlusion",
    "cryptomatte_object": "use_pass_cryptomatte_object",
    "cryptomatte_material": "use_pass_cryptomatte_material",
    "cryptomatte_asset": "use_pass_cryptomatte_asset",
}
_OF_CYCLES = {
    "albedo": "denoising_store_passes",
    "volume_direct": "use_pass_volume_direct",
    "volume_indirect": "use_pass_volume_indirect",
    "shadow_catcher": "use_pass_shadow_catcher",
}
PASSES = (*_OF_LAYER, *_OF_CYCLES)


def choose_passes(scene: bpy.types.Scene, passes: tuple[str, ...]) -> None:
    """Let every view layer keep these passes and no others; with none, its own. Combined is always kept."""
    for layer in scene.view_layers:
        if passes:
            for name, switch in _OF_LAYER.items():
                setattr(layer, switch, name in passes)
            for name, switch in _OF_CYCLES.items():
                setattr(layer.cycles, switch, name in passes)
        layer.use_pass_combined = True
