"""Colours become plausible finishes, and names become identifiers."""

import sys
from collections.abc import Callable
from itertools import chain, count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.geometry.materials import BRASS, PAINT, RUBBER, finish_of
from media.geometry.names import first_real_name, identifier_for, identifiers_for


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
    assert identifier_for(name) == identifier


def test_identifiers_do_not_collide():
    names = ["Schraube", "Schraube", "Schraube_3", "Schraube", "Schraube 3"]

    found = list(identifiers_for(names))

    assert found == ["Schraube", "Schraube_2", "Schraube_3", "Schraube_4", "Schraube_3_2"]


@given(st.lists(st.text("aÄß #12_.-", max_size=5) | st.text(max_size=70), max_size=30))
def test_identifier_is_the_first_of_its_numbers_that_is_free(names):
    expected: list[str] = []
    for base in map(identifier_for, names):
        numbered = (f"{base}_{number}" for number in count(2))
        expected.append(next(name for name in chain([base], numbered) if name not in expected))

    assert list(identifiers_for(names)) == expected


def test_thousands_of_one_name_take_as_many_steps_each_as_the_first_few():
    few, many = (steps_of(lambda n=n: list(identifiers_for(["Schraube"] * n))) for n in (100, 2000))

    assert many < 30 * few


def steps_of(work: Callable[[], object]) -> int:
    """Count the lines of Python that some work takes."""
    lines, former = 0, sys.gettrace()

    def trace(_frame: object, event: str, _arg: object) -> object:
        nonlocal lines
        lines += event == "line"
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(former)
    return lines
