"""Where a glTF 2.0 file's numbers lie (specification, 3.6 and 5.1 to 5.5)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

DTYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
UNSIGNED = {5121, 5123, 5125}
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}

CONFIG = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)
Index = Annotated[int, Field(ge=0)]


class _Model(BaseModel):
    model_config = CONFIG


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


class SparseIndices(_Model):
    """Where the numbers of the elements that are replaced stand."""

    buffer_view: Index
    byte_offset: Index = 0
    component_type: int


class SparseValues(_Model):
    """Where the elements that replace them stand."""

    buffer_view: Index
    byte_offset: Index = 0


class Sparse(_Model):
    """Elements of an accessor that differ from what its view holds."""

    count: Annotated[int, Field(ge=1)]
    indices: SparseIndices
    values: SparseValues


class Accessor(_Model):
    """Typed numbers in a buffer view; without one, an extension or zeros stand in."""

    buffer_view: Index | None = None
    byte_offset: Index = 0
    component_type: int
    count: Annotated[int, Field(ge=1)]
    type: str
    min: list[float] | None = None
    max: list[float] | None = None
    normalized: bool = False
    sparse: Sparse | None = None

    @property
    def replaced(self) -> tuple["Accessor", "Accessor"] | None:
        """The numbers of replaced elements and what replaces them, each as an accessor of its own."""
        if self.sparse is None:
            return None
        where, what = self.sparse.indices, self.sparse.values
        plain = self.model_copy(update={"count": self.sparse.count, "sparse": None})
        numbers = {"type": "SCALAR", "component_type": where.component_type, "normalized": False}
        return (
            plain.model_copy(
                update={"buffer_view": where.buffer_view, "byte_offset": where.byte_offset, **numbers}
            ),
            plain.model_copy(update={"buffer_view": what.buffer_view, "byte_offset": what.byte_offset}),
        )
