"""What a catalogue asks for: products, and the named types of pictures that they come in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from media.errors import BadInput
from media.form import PublicAddress
from media.job import StillJob, TurntableJob
from media.material_override import MOST_OVERRIDES, MaterialOverride

MOST_OUTPUTS = 50
NAMES_TOLD = 10
ANY_SOURCE = f"store:{'0' * 64}/product"
"""Stands for the source while a type of output is checked by itself."""
NOUNS: dict[str, type[StillJob | TurntableJob]] = {"still": StillJob, "turntable": TurntableJob}

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Fields = Mapping[str, Any]
ALSO = {"id": "product", "output": "outputs", "file": "source"}
"""What people call a field or a column besides."""

USUAL: dict[str, Fields] = {
    "thumbnail": {"profile": "thumbnail", "format": "webp"},
    "still": {"format": "webp"},
    "hero": {"width": 2048, "height": 2048, "background": "transparent", "quality": "high"},
    "turntable": {"kind": "turntable"},
}
"""The types that every catalogue has, unless it says something else under their names."""


class Product(BaseModel):
    """One line of an order list.

    Attributes:
        product: Its id, for people.
        source: Where its file is.
        outputs: Names of types of output.
        materials: Other materials for some of its parts.
        priority: Higher is rendered earlier.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    product: Id
    source: PublicAddress
    outputs: tuple[Name, ...] = Field(min_length=1, max_length=MOST_OUTPUTS)
    materials: tuple[MaterialOverride, ...] = Field(default=(), max_length=MOST_OVERRIDES)
    priority: int = Field(default=0, ge=-1000, le=1000)

    @field_validator("product", mode="before")
    @classmethod
    def _whole_number_is_an_id(cls, product: Any) -> Any:  # noqa: ANN401 - anything may be asked for
        return str(product) if type(product) is int else product

    @field_validator("product")
    @classmethod
    def _id_can_be_shown(cls, product: str) -> str:
        if not product.isprintable():
            raise ValueError("expected an id of printable letters")
        return product

    @field_validator("outputs")
    @classmethod
    def _each_output_is_named_once(cls, outputs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(outputs))


@dataclass(frozen=True)
class Line:
    """A product and where it stands in its list, such as `line 7`."""

    place: str
    product: Product


class Problem(BaseModel):
    """A line that was left out, and why."""

    model_config = ConfigDict(frozen=True)

    place: str = Field(description="Where it stands in the order list.")
    product: str = Field(description="The product's id, if it could be read.")
    reason: str


Entry = tuple[str, Fields | Problem]
"""What stands at a place of a list, or why it cannot be read."""


@dataclass(frozen=True)
class Orders:
    """A whole order list.

    Attributes:
        types: A job for each type of output, of any source.
        lines: The products, in the order of the list.
        problems: The lines that were left out.
    """

    types: Mapping[str, StillJob | TurntableJob]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = ()


def output_type(name: str, fields: Fields) -> StillJob | TurntableJob:
    """Return the job that a type of output stands for, of any source.

    Args:
        name: How products call it.
        fields: Those of a still, or with `kind` turntable those of a turntable, less source and materials.

    Raises:
        BadInput: There is no such job.
    """
    kind = fields.get("kind", "still")
    if not isinstance(kind, str) or kind not in NOUNS:
        raise BadInput(f"output type {name}: expected a kind of {' or '.join(NOUNS)}, found {kind!r:.40}")
    if not_its_own := {"source", "materials"} & fields.keys():
        raise BadInput(
            f"output type {name}: {' and '.join(sorted(not_its_own))} belong to a product; move it"
        )
    job = {key: value for key, value in fields.items() if key != "kind"}
    try:
        return NOUNS[kind].model_validate({"source": ANY_SOURCE, **job})
    except ValidationError as error:
        raise BadInput(f"output type {name}: {sentence_of(error)}") from error


def orders_of(entries: Iterable[Entry], types: Mapping[str, Fields]) -> Orders:
    """Return the orders of a list's entries; a bad one is left out and told.

    Args:
        entries: What stands at each place of the list, or why it could not be read.
        types: Types of output besides the usual ones, or instead of them.

    Raises:
        BadInput: A type of output is wrong, so that nobody knows what any product wants.
    """
    jobs = {name: output_type(name, fields) for name, fields in {**USUAL, **types}.items()}
    lines: list[Line] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    for place, entry in entries:
        if isinstance(entry, Problem):
            problems.append(entry)
            continue
        try:
            product = Product.model_validate(entry)
        except ValidationError as error:
            problems.append(_problem(place, entry, sentence_of(error)))
            continue
        if reason := _wrong_with(product, jobs, places):
            problems.append(_problem(place, entry, reason))
            continue
        places[product.product] = place
        lines.append(Line(place, product))
    return Orders(jobs, tuple(lines), tuple(problems))


def sentence_of(error: ValidationError) -> str:
    """Return what is wrong, field by field, without what was found: it may be long, or a secret."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'entry'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False, include_input=False)[:NAMES_TOLD]
    )


def _wrong_with(product: Product, jobs: Mapping[str, object], places: Mapping[str, str]) -> str:
    """Return why a product that can be read is left out all the same, or nothing."""
    if earlier := places.get(product.product):
        return f"expected each product once, found this id on {earlier} too; give it another id"
    for name in product.outputs:
        if name not in jobs:
            alike = get_close_matches(name, jobs, n=1)
            known = ", ".join(sorted(jobs)[:NAMES_TOLD])
            hint = f"did you mean {alike[0]}?" if alike else f"there are {known}"
            return f"output type {name}: expected one that is described, found none of that name; {hint}"
    return ""


def id_of(entry: Fields) -> str:
    """Return the id in an entry that is wrong, as far as it can be shown."""
    named = entry.get("product", entry.get("id"))
    return "".join(letter for letter in str("" if named is None else named) if letter.isprintable())[:100]


def _problem(place: str, entry: Fields, reason: str) -> Problem:
    return Problem(place=place, product=id_of(entry), reason=reason)
