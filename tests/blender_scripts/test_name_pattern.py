"""Patterns of names, and the names that our USD master makes of others."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_scripts.name_pattern import NamePattern, folded, identifiers_for, last_matches, without_number
from media.geometry.names import identifiers_for as of_our_master

PARTS = {f"object {number}": (f"Kugel {number}", "Kugel Ø14 G10") for number in range(10_000)}


def matches(pattern: str, name: str) -> bool:
    return NamePattern(pattern).matches(folded(name))


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("ball*", "Ball 22"),
        ("BALL ??", "ball 22"),
        ("*", ""),
        ("ball [12]*", "Ball 22"),
        ("[", "["),
        ("Bolt [M10]", "bolt [m10]"),
        ("käfig", "KÄFIG"),
        ("Ka\u0308fig", "Käfig"),
        ("aussenring", "Außenring"),
        ("Außenring", "Aussenring"),  # a USD's own name
        ("Kugel Ø14*", "Kugel_O14_G10"),
        ("5 mm", "_5_mm"),
        ("ẞ 1*", "ss_1_2"),  # as "ss 1*", whose digest it has
        ("シール*", "シール 2"),
    ],
)
def test_pattern_matches(pattern, name):
    assert matches(pattern, name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("ball", "ball 2"),
        ("ball?", "ball"),
        ("[a", "a"),
        ("シール1", "1"),
        ("キー1", "シール1"),
        ("ball*", "Football"),
        ("", "a"),
        ("-*", "ball"),
        ("#", "_"),
    ],
)
def test_pattern_does_not_match(pattern, name):
    assert not matches(pattern, name)


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_is_a_pattern_and_matches_itself(pattern, name):
    NamePattern(pattern).matches(folded(name))

    assert matches(pattern, pattern)


@given(st.lists(st.text("aÄß #5_.-", max_size=5) | st.text(max_size=70), max_size=30))
def test_identifiers_are_those_that_our_usd_master_has(names):
    assert list(identifiers_for(names)) == list(of_our_master(names))


def test_number_that_blender_adds_is_no_part_of_a_name():
    assert [without_number(name) for name in ("ball.001", "ball.12345", "M5.5", "a.001.b")] == [
        "ball",
        "ball",
        "M5.5",
        "a.001.b",
    ]


def test_last_pattern_counts_and_every_pattern_that_matches_is_known():
    patterns = [NamePattern(text) for text in ("kugel*", "kugel 7", "ball*", "kugel 7*")]

    chosen, matched = last_matches(PARTS, patterns)

    assert (chosen["object 7"], chosen["object 70"], chosen["object 8"]) == (3, 3, 0)
    assert matched == {0, 1, 3}


def test_hundred_hostile_patterns_of_ten_thousand_names_take_seconds():
    patterns = [NamePattern(f"{'*e' * 98}{number}") for number in range(100)]
    began = time.process_time()

    assert last_matches(PARTS, patterns) == ({}, set())
    assert time.process_time() - began < 20


@pytest.mark.parametrize("pattern", ["*a" * 100, "?*" * 100, "[" * 200, "[!" * 100, "*" * 200, "*[a-z]" * 33])
def test_hostile_pattern_of_a_long_name_takes_no_time(pattern):
    wanted = NamePattern(pattern)
    began = time.process_time()

    wanted.matches(folded("ab" * 100_000))

    assert time.process_time() - began < 0.5
