"""The page of the gallery: everything is on it, nothing on it runs, and it asks no server for anything."""

import math
import re
from html.parser import HTMLParser
from typing import ClassVar, Literal

import pytest
from pydantic import Field

from media.broll.gallery import Exhibit, bounds_of, gallery_page
from media.broll.parameters import HexColor, TemplateParameters
from media.broll.templates import known_templates
from media.pictures.figures import Figure

OK, BROKEN = Figure("loop seam", 1.02, 1.5, "times a step", "<="), Figure("flicker", 1.7, 1, "/ 255")


class Odd(TemplateParameters):
    """A template whose words are of every kind."""

    template: ClassVar[str] = "odd"
    title: ClassVar[str] = "<b>Odd</b> & \"quoted\" 'title'"
    about: ClassVar[str] = "<script>alert(1)</script>"

    count: int = Field(12, ge=2, le=99, description="How many <i>things</i> there are.")
    share: float = Field(0.5, gt=0, lt=1, description="Which share of them.")
    kind: Literal["round", "flat"] = Field("round", description="Their shape.")
    only: Literal["one"] = Field("one", description="The only word.")
    bright: bool = Field(default=True, description="Whether they shine.")
    tint: HexColor = Field("#102030", description="Their colour.")


class Page(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, page) -> None:
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def exhibit(figures=(OK,), model=Odd):
    job = {"template": "odd", "loop": True, "width": 480}
    return Exhibit(model, job, "odd/poster.webp", "odd/preview.mp4", "odd/sheet.webp", figures)


def test_text_stays_text():
    page = gallery_page([exhibit()])

    assert "alert(1)</script>" not in page
    assert "<b>Odd" not in page
    assert Odd.about in Page(page).text
    assert Odd.title in Page(page).text


def test_tags_are_closed_and_names_are_there_once():
    page = Page(gallery_page([exhibit()]))

    names = [said["id"] for _, said in page.tags if "id" in said]
    assert page.open == []
    assert len(names) == len(set(names))


def test_page_refers_to_its_own_files_only():
    page = gallery_page([exhibit()])

    referred = [said[name] for _, said in Page(page).tags for name in ("src", "href") if name in said]
    assert set(referred) == {"#odd", "odd/poster.webp", "odd/preview.mp4", "odd/sheet.webp"}
    assert not re.search(r"https?:|url\(|@import", page)


def test_pictures_say_what_they_show():
    page = Page(gallery_page([exhibit()]))

    assert all(said.get("alt") for tag, said in page.tags if tag == "img")
    assert all("muted" in said and said["aria-label"] for tag, said in page.tags if tag == "video")


def test_command_makes_the_preview_again():
    text = Page(gallery_page([exhibit()])).text

    job = '{"template": "odd", "loop": true, "width": 480}'
    assert f"python -m flows.render_broll --job '{job}' --out out/" in text


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((OK, OK), "all 2 figures hold"),
        ((OK, BROKEN), "1 of 2 figures broken"),
        ((Figure("flicker", math.nan, 1.0),), "1 of 1 figures broken"),
    ],
)
def test_page_says_first_whether_all_is_well(figures, said):
    assert said in Page(gallery_page([exhibit(figures)])).text
    assert exhibit(figures).is_broken == ("broken" in said)


def test_parameters_are_shown_with_what_they_can_be():
    fields = Odd.model_json_schema()["properties"]

    assert {name: bounds_of(field) for name, field in fields.items()} == {
        "count": "whole numbers from 2 to 99",
        "share": "above 0 below 1",
        "kind": "round, flat",
        "only": "one",
        "bright": "yes or no",
        "tint": "#rrggbb",
    }


@pytest.mark.parametrize("model", known_templates().values())
def test_every_parameter_of_every_template_has_bounds_on_the_page(model):
    page = Page(gallery_page([exhibit(model=model)])).text

    for name, field in model.model_json_schema()["properties"].items():
        assert name in page
        assert bounds_of(field) not in {"", "whole numbers "}, name
