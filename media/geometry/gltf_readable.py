"""What Blender's glTF importer takes: one file, and the extensions that it knows."""

from media.errors import BadInput
from media.geometry.embedded import SCHEME
from media.geometry.gltf_document import Document

READABLE_EXTENSIONS = frozenset(
    {
        "EXT_mesh_gpu_instancing",
        "EXT_texture_webp",
        "KHR_animation_pointer",
        "KHR_draco_mesh_compression",
        "KHR_lights_punctual",
        "KHR_materials_anisotropy",
        "KHR_materials_clearcoat",
        "KHR_materials_emissive_strength",
        "KHR_materials_ior",
        "KHR_materials_pbrSpecularGlossiness",
        "KHR_materials_sheen",
        "KHR_materials_specular",
        "KHR_materials_transmission",
        "KHR_materials_unlit",
        "KHR_materials_variants",
        "KHR_materials_volume",
        "KHR_mesh_quantization",
        "KHR_texture_transform",
    }
)
"""What a file may require: the list in Blender's own importer, which refuses a file that requires another."""


def check_readable(document: Document, name: str) -> None:
    """Check that a GLB needs no other file and no extension that Blender's importer lacks.

    Raises:
        BadInput: It does; the importer would refuse it.
    """
    uris = [buffer.uri for buffer in document.buffers] + [image.uri for image in document.images]
    outside = [uri for uri in uris if uri and not uri.startswith(SCHEME)]
    if outside:
        raise BadInput(
            f"{name}: expected a GLB that holds everything, found references to other files "
            f"({', '.join(outside[:3])}); embed them when exporting"
        )
    for extension in document.extensions_required:
        if extension not in READABLE_EXTENSIONS:
            raise BadInput(
                f"{name}: expected a model that Blender can read, found the required extension {extension}; "
                "export without it"
            )
        if extension not in document.extensions_used:
            raise BadInput(
                f"{name}: expected the required extension {extension} among the used ones, found it missing "
                "there; export it again"
            )
