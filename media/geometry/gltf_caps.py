"""Bounds on what a GLB that was given asks of Blender, whatever the size of its file.

Accessors may share bytes or have none at all, and pictures unpack to any size, so a few kilobytes can ask for
any amount of memory.
"""

from functools import cache

from media.errors import BadInput
from media.geometry.embedded import embedded
from media.geometry.gltf import Gltf
from media.geometry.gltf_document import Image, Primitive
from media.picture_header import BEGIN_BYTES, KTX2, PictureHeader, header_of, too_many_pixels

MAX_VERTICES = 100_000_000
MAX_INDICES = 600_000_000
MAX_NODES = 1_000_000
MAX_PICTURES = 4096


def check_caps(gltf: Gltf, name: str) -> None:
    """Check counts of nodes and vertices, and the sizes that pictures state.

    Raises:
        BadInput: It asks for more than is rendered here.
    """
    found = _too_much(gltf) or too_many_pixels(_pictures(gltf, name))
    if found:
        raise BadInput(f"{name}: expected a model of a size that can be rendered, found {found}; simplify it")


def _too_much(gltf: Gltf) -> str | None:
    """Say in words which count is too high."""
    document = gltf.document
    primitives = [primitive for mesh in document.meshes for primitive in mesh.primitives]
    counts = [accessor.count for accessor in document.accessors]
    without_bytes = sum(accessor.count for accessor in document.accessors if accessor.buffer_view is None)
    vertices = max(without_bytes, sum(_vertices(primitive, counts) for primitive in primitives))
    indices = sum(counts[primitive.indices] for primitive in primitives if primitive.indices is not None)
    if len(document.nodes) > MAX_NODES:
        return f"{len(document.nodes)} nodes (at most {MAX_NODES})"
    if len(document.images) > MAX_PICTURES:
        return f"{len(document.images)} pictures (at most {MAX_PICTURES})"
    if vertices > MAX_VERTICES:
        return f"{vertices} vertices (at most {MAX_VERTICES})"
    if indices > MAX_INDICES:
        return f"{indices} corners of triangles (at most {MAX_INDICES})"
    return None


def _vertices(primitive: Primitive, counts: list[int]) -> int:
    """Return the vertices that a primitive asks for, those of its morph targets included."""
    per_target = [
        max((counts[index] for index in target.values()), default=0) for target in primitive.targets
    ]
    return max((counts[index] for index in primitive.attributes.values()), default=0) + sum(per_target)


def _pictures(gltf: Gltf, name: str) -> list[PictureHeader]:
    """Return the headers of all pictures; Blender reads more than glTF allows, so others are refused."""

    @cache
    def buffer(number: int) -> bytes | memoryview:
        uri = gltf.document.buffers[number].uri
        return gltf.binary if uri is None else embedded(uri, name)

    def data_of(image: Image) -> bytes:
        if image.uri is not None:
            return embedded(image.uri, name)[:BEGIN_BYTES]
        if image.buffer_view is None or image.buffer_view >= len(gltf.document.buffer_views):
            raise BadInput(f"{name}: expected a view for every picture, found one without; export it again")
        view = gltf.document.buffer_views[image.buffer_view]
        length = min(view.byte_length, BEGIN_BYTES)
        return bytes(buffer(view.buffer)[view.byte_offset : view.byte_offset + length])

    headers = []
    for image in gltf.document.images:
        data = data_of(image)
        header = header_of(data)
        if header:
            headers.append(header)
        elif not data.startswith(KTX2):  # which Blender cannot read, so that it does no harm
            raise BadInput(
                f"{name}: expected PNG, JPEG or WebP pictures, found another kind; export it again"
            )
    return headers
