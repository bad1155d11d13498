"""What the engine may ask of Blender about some of a picture's samples."""

from dataclasses import dataclass

from blender_scripts.fields import Fields

_MOST_SAMPLES = 1 << 24  # as many as Cycles takes


@dataclass(frozen=True)
class Subset:
    """Some of a picture's samples: so many from `first` on, of `total`.

    `guides` asks for what a denoiser goes by as well: the colours and normals of surfaces.
    """

    first: int
    count: int
    total: int
    guides: bool


def subset_of(fields: Fields | None) -> Subset | None:
    """Read which samples a job renders, if not all.

    Raises:
        BadInput: There are none of that kind.
    """
    if fields is None:
        return None
    some = Subset(
        first=fields.whole("first", 0, _MOST_SAMPLES),
        count=fields.whole("count", 1, _MOST_SAMPLES),
        total=fields.whole("total", 1, _MOST_SAMPLES),
        guides=fields.flag("guides", default=False),
    )
    fields.refuse_others()
    return some
