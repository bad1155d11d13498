"""A small catalogue of files that look like STEP, which nobody opens."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from media.catalogue.assessment import Assessment, assess
from media.catalogue.job import CatalogueJob
from media.catalogue.picture import Picture
from media.catalogue.publishing import Published, publish
from media.catalogue.rendering import Outcome
from media.tools import Tools
from tests.fakes.finished import finish

HEAD = "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n/* {} */\nENDSEC;\nEND-ISO-10303-21;\n"
TYPES = {
    "tile": {"width": 64, "height": 48, "samples": 1},
    "large": {"width": 96, "height": 64, "samples": 1},
}


@dataclass
class Catalogue:
    """An order list and the files that it names.

    Attributes:
        folder: Where they are.
        tools: A store, and tools that nobody starts.
        products: The fields of each line.
        finished: How many pictures it had made.
        name: What the list is called.
    """

    folder: Path
    tools: Tools
    products: list[dict[str, object]] = field(default_factory=list)
    finished: int = 0
    name: str = "orders.json"

    def add(self, product: str, content: str = "", **fields: object) -> None:
        """Order a tile of a new file, unless `fields` say something else."""
        source = self.folder / f"{product}.step"
        source.write_text(HEAD.format(content or product))
        self.products.append({"product": product, "source": source.name, "outputs": ["tile"], **fields})

    def job(self, **fields: object) -> CatalogueJob:
        """Write the list, and return the request for it."""
        path = self.folder / self.name
        path.write_text(json.dumps({"outputs": TYPES, "products": self.products}))
        return CatalogueJob.model_validate({"orders": str(path), **fields})

    def assess(self) -> Assessment:
        """Find out what there is."""
        return assess(self.job(), self.tools)

    def render(self, picture: Picture, **fields: object) -> Outcome:
        """Have a picture finished."""
        self.finished += 1
        finish(picture.plan, self.tools, self.folder, colour=self.finished, **fields)
        return Outcome(job=picture.result, became="rendered", seconds=1.0)

    def run(self, fails: Callable[[Picture], bool] = lambda _: False) -> Published:
        """Do all that is to be done, less what fails."""
        catalogue = self.assess()
        outcomes = {
            one.result: Outcome(job=one.result, became="failed", reason="BadInput: no")
            if fails(one)
            else self.render(one)
            for one in catalogue.missing
        }
        return publish(self.job(), catalogue, outcomes, self.tools.store)


@pytest.fixture(params=["folder", "s3"])
def catalogue(request, tools, tmp_path) -> Catalogue:
    """A catalogue without products, on each kind of store."""
    if request.param == "s3":
        tools = replace(tools, store=request.getfixturevalue("s3_store"))
    folder = tmp_path / "orders"
    folder.mkdir()
    return Catalogue(folder, tools)
