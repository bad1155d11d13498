"""The JSON of a glTF 2.0 file, as far as geometry and plain materials need it (specification, chapter 5)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

TRIANGLES, TRIANGLE_FAN = 4, 6

Index = Annotated[int, Field(ge=0)]
Vec3 = tuple[float, float, float]
Vec4 = tuple[float, float, float, float]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Asset2(_Model):
    """The file's own statement of its version."""

    version: str


class BufferSpec(_Model):
    """A block of bytes; in a GLB the first one without a URI is the binary chunk."""

    byte_length: Annotated[int, Field(ge=1)]
    uri: str | None = None


class BufferView(_Model):
    """A range of a buffer."""

    buffer: Index
    byte_offset: Index = 0
    byte_length: Annotated[int, Field(ge=1)]
    byte_stride: Annotated[int, Field(ge=4, le=252)] | None = None


class Accessor(_Model):
    """Typed numbers in a buffer view; without one, an extension or zeros stand in."""

    buffer_view: Index | None = None
    byte_offset: Index = 0
    component_type: int
    count: Annotated[int, Field(ge=1)]
    type: str
    min: list[float] | None = None
    max: list[float] | None = None


class Primitive(_Model):
    """What is drawn with one material."""

    attributes: dict[str, Index]
    indices: Index | None = None
    targets: list[dict[str, Index]] = []
    material: Index | None = None
    mode: Annotated[int, Field(ge=0, le=6)] = TRIANGLES


class Mesh(_Model):
    """A distinct part."""

    name: str = ""
    primitives: Annotated[list[Primitive], Field(min_length=1)]


class Node(_Model):
    """A placed part or an assembly."""

    name: str = ""
    mesh: Index | None = None
    children: list[Index] = []
    matrix: Annotated[list[float], Field(min_length=16, max_length=16)] | None = None
    translation: Vec3 = (0.0, 0.0, 0.0)
    rotation: Vec4 = (0.0, 0.0, 0.0, 1.0)
    scale: Vec3 = (1.0, 1.0, 1.0)


class Pbr(_Model):
    """The metallic-roughness model; colours are linear."""

    base_color_factor: Vec4 = (1.0, 1.0, 1.0, 1.0)
    metallic_factor: float = 1.0
    roughness_factor: float = 1.0


class Material(_Model):
    """How a surface looks."""

    name: str = ""
    pbr_metallic_roughness: Pbr = Pbr()


class Image(_Model):
    """A picture, inside or, which is refused, outside."""

    uri: str | None = None
    buffer_view: Index | None = None


class Scene(_Model):
    """The roots of what is shown."""

    nodes: list[Index] = []


class Document(_Model):
    """The JSON chunk."""

    asset: Asset2
    scene: Index = 0
    scenes: Annotated[list[Scene], Field(min_length=1)]
    nodes: list[Node] = []
    meshes: list[Mesh] = []
    accessors: list[Accessor] = []
    buffer_views: list[BufferView] = []
    buffers: list[BufferSpec] = []
    materials: list[Material] = []
    images: list[Image] = []
    extensions_required: list[str] = []
