"""One picture of a catalogue: which product, which type of output, and the names of all that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.blender import Blender
from media.catalogue.order import Line, Orders, Problem
from media.catalogue.sources import beside
from media.errors import MediaError
from media.job import StillJob, TurntableJob
from media.plan import Plan, plan
from media.source import Source, staged_address


@dataclass(frozen=True)
class Picture:
    """A picture that a catalogue asks for.

    Attributes:
        place: Where its product stands in the order list.
        product: The product's id.
        output: The name of its type.
        priority: Higher is rendered earlier.
        plan: What is to be made, by digest.
    """

    place: str
    product: str
    output: str
    priority: int
    plan: Plan

    @property
    def result(self) -> str:
        """The digest that names it when it is finished."""
        return self.plan.result


def pictures_of(
    orders: Orders, at: str, sources: Mapping[str, Source | MediaError], blender: Blender
) -> tuple[list[Picture], list[Problem]]:
    """Return all pictures that are asked for, and the products whose source cannot be had.

    Args:
        orders: The order list.
        at: Its own address.
        sources: What became of each source's address.
        blender: What renders.
    """
    pictures: list[Picture] = []
    problems: list[Problem] = []
    for line in orders.lines:
        source = sources[beside(at, line.product.source)]
        if isinstance(source, MediaError):
            reason = f"{type(source).__name__}: {source}"
            problems.append(Problem(place=line.place, product=line.product.product, reason=reason))
        else:
            pictures += _of_product(line, orders, source, blender)
    return pictures, problems


def _of_product(line: Line, orders: Orders, source: Source, blender: Blender) -> list[Picture]:
    product = line.product
    asked = {"source": staged_address(source), "materials": product.materials}
    return [
        Picture(
            line.place,
            product.product,
            name,
            product.priority,
            plan(_with(asked, orders.types[name]), source, blender),
        )
        for name in product.outputs
    ]


def _with(asked: Mapping[str, object], job: StillJob | TurntableJob) -> StillJob | TurntableJob:
    """Return a job that says something else too, checked like any other: a server would refuse it later."""
    return job.model_validate({**job.model_dump(exclude_unset=True), **asked})
