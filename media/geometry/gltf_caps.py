"""Bounds on what a GLB that was given asks of Blender, whatever the size of its file.

Accessors may share bytes or have none at all, and pictures unpack to any size, so a few kilobytes can ask for
any amount of memory.
"""

from collections.abc import Iterable
from functools import cache

from media.errors import BadInput
from media.geometry.embedded import embedded
from media.geometry.gltf import Gltf
from media.geometry.gltf_accessor import COMPONENTS
from media.geometry.gltf_document import Image, Node, Primitive
from media.picture_header import BEGIN_BYTES, KTX2, PictureHeader, header_of, too_many_pixels

MAX_VERTICES = 100_000_000
MAX_INDICES = 600_000_000
MAX_NODES = 1_000_000
MAX_PICTURES = 4096
MAX_NORMALIZED = 16 * MAX_VERTICES  # numbers; Blender copies such accessors though they share bytes


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
    made = [accessor for accessor in document.accessors if accessor.buffer_view is None or accessor.sparse]
    normalized = [accessor for accessor in document.accessors if accessor.normalized]
    vertices = sum(_vertices(primitive, counts) for primitive in primitives)
    vertices = max(vertices, sum(accessor.count for accessor in made))
    numbers = sum(accessor.count * COMPONENTS[accessor.type] for accessor in normalized)
    indices = sum(counts[primitive.indices] for primitive in primitives if primitive.indices is not None)
    nodes = len(document.nodes) + sum(_instances(node, counts) for node in document.nodes)
    for found, most, what in (
        (nodes, MAX_NODES, "nodes and instances"),
        (len(document.images), MAX_PICTURES, "pictures"),
        (vertices, MAX_VERTICES, "vertices"),
        (indices, MAX_INDICES, "corners of triangles"),
        (numbers, MAX_NORMALIZED, "normalized numbers"),
    ):
        if found > most:
            return f"{found} {what} (at most {most})"
    return None


def _vertices(primitive: Primitive, counts: list[int]) -> int:
    """Return the vertices that Blender makes of a primitive: only those that its indices name.

    They are there once more for each morph target and for each attribute of the file's own.
    """
    named = counts[primitive.indices] if primitive.indices is not None else None

    def used(accessors: Iterable[int]) -> int:
        most = max((counts[index] for index in accessors), default=0)
        return most if named is None else min(most, named)

    own = sum(used([index]) for name, index in primitive.attributes.items() if name.startswith("_"))
    morphed = sum(used(target.values()) for target in primitive.targets)
    return used(primitive.attributes.values()) + own + morphed


def _instances(node: Node, counts: list[int]) -> int:
    """Return how many objects a node's instances are."""
    places = node.instancing.places if node.instancing else {}
    return max((counts[index] for index in places.values()), default=0)


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
