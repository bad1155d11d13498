"""The JSON of a glTF 2.0 file, as far as geometry and plain materials need it (specification, chapter 5)."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from media.geometry.gltf_accessor import CONFIG, Accessor, BufferSpec, BufferView, Index

TRIANGLES, TRIANGLE_FAN = 4, 6
INSTANCE_TYPES = {"TRANSLATION": "VEC3", "ROTATION": "VEC4", "SCALE": "VEC3"}

Vec3 = tuple[float, float, float]
Vec4 = tuple[float, float, float, float]


class _Model(BaseModel):
    model_config = CONFIG


class AssetInfo(_Model):
    """The file's own statement of its version; Blender reads this one."""

    version: Literal["2.0"]


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


class Instancing(_Model):
    """EXT_mesh_gpu_instancing: a node's mesh is drawn once for each element of these accessors."""

    attributes: dict[str, Index]

    @property
    def places(self) -> dict[str, int]:
        """The accessors that place instances; others are the file's own."""
        return {name: index for name, index in self.attributes.items() if name in INSTANCE_TYPES}


class NodeExtensions(_Model):
    """What extensions say of a node."""

    instancing: Instancing | None = Field(None, alias="EXT_mesh_gpu_instancing")


class Node(_Model):
    """A placed part or an assembly."""

    name: str = ""
    mesh: Index | None = None
    children: list[Index] = []
    matrix: Annotated[list[float], Field(min_length=16, max_length=16)] | None = None
    translation: Vec3 = (0.0, 0.0, 0.0)
    rotation: Vec4 = (0.0, 0.0, 0.0, 1.0)
    scale: Vec3 = (1.0, 1.0, 1.0)
    extensions: NodeExtensions | None = None

    @property
    def instancing(self) -> Instancing | None:
        """How often its mesh is drawn, if that is not once."""
        return self.extensions.instancing if self.extensions and self.mesh is not None else None


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

    asset: AssetInfo
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
    extensions_used: list[str] = []

    @property
    def roots(self) -> list[int]:
        """The nodes that what is drawn begins at: without a `scene`, Blender draws every node there is."""
        if "scene" in self.model_fields_set:
            return self.scenes[self.scene].nodes
        below = {child for node in self.nodes for child in node.children}
        return [index for index in range(len(self.nodes)) if index not in below]
