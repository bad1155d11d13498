"""Colours become plausible finishes, and names become identifiers."""

import pytest

from media.geometry.materials import BRASS, PAINT, RUBBER, finish_of
from media.geometry.names import first_real_name, identifier_for


def linear(srgb: float) -> float:
    return srgb / 12.92 if srgb <= 0.04045 else ((srgb + 0.055) / 1.055) ** 2.4


@pytest.mark.parametrize("grey", [0.4, 0.6, 0.75, 0.9])
def test_greys_are_bare_metal(grey):
    assert finish_of(*[linear(grey)] * 3).metallic == 1.0


def test_lighter_metal_is_more_polished():
    assert finish_of(*[linear(0.85)] * 3).roughness < finish_of(*[linear(0.5)] * 3).roughness


@pytest.mark.parametrize(
    ("colour", "finish"),
    [
        ((0.05, 0.05, 0.05), RUBBER),
        ((1.0, 1.0, 1.0), PAINT),
        ((0.06, 0.20, 0.42), PAINT),
        ((0.9, 0.1, 0.1), PAINT),
        ((1.0, 0.85, 0.0), PAINT),
        ((0.80, 0.62, 0.25), BRASS),
        ((0.72, 0.45, 0.30), BRASS),
        ((0.2, 0.15, 0.1), PAINT),
    ],
    ids=["black", "white", "blue", "red", "signal_yellow", "brass", "copper", "dark_brown"],
)
def test_colour_decides_the_finish(colour, finish):
    assert finish_of(*map(linear, colour)) == finish


@pytest.mark.parametrize(
    "placeholder", ["=>[0:1:1:15]", "[0:1:1:2]", "Open CASCADE STEP translator 7.8 1.2.1", "", " ", "NONE"]
)
def test_placeholders_give_way_to_the_next_name(placeholder):
    assert first_real_name(placeholder, "Käfig", "Part 3") == "Käfig"
    assert first_real_name(placeholder, placeholder, "Part 3") == "Part 3"


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Käfig", "Kafig"),
        ("Kugel Ø14 G10", "Kugel_O14_G10"),
        ("Außenring", "Aussenring"),
        ("608-2RS", "_608_2RS"),
        ("シール", "Part"),
        ("x" * 100, "x" * 60),
    ],
)
def test_identifier_is_ascii_and_reads_like_the_name(name, identifier):
    assert identifier_for(name, set()) == identifier


def test_identifiers_do_not_collide():
    taken: set[str] = set()
    for _ in range(3):
        taken.add(identifier_for("Schraube", taken))
    assert taken == {"Schraube", "Schraube_2", "Schraube_3"}
