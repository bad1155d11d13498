"""Digests are for ever."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.digest import digest_of, sha256_of_file

EMPTY = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # sha256 of {}


def test_digest_is_the_sha256_of_canonical_json():
    assert digest_of({}) == EMPTY


def test_order_of_keys_changes_nothing():
    assert digest_of({"a": 1, "b": "ü"}) == digest_of({"b": "ü", "a": 1})


@pytest.mark.parametrize(
    ("number", "other"),
    [(Decimal("1.50"), Decimal("1.5")), (Decimal(100), Decimal("1E2")), (Fraction(2, 4), Fraction(1, 2))],
)
def test_numbers_of_one_value_have_one_digest(number, other):
    assert digest_of({"n": number}) == digest_of({"n": other})


def test_float_is_refused():
    with pytest.raises(TypeError, match="Decimal"):
        digest_of({"n": 0.1})  # type: ignore[dict-item]


@given(
    st.dictionaries(st.text(), st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.booleans() | st.none())
)
def test_one_changed_value_changes_the_digest(value):
    assert digest_of(value) != digest_of({**value, "one more": 1} if "one more" not in value else {})


def test_file_is_digested_by_its_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"{}")

    assert sha256_of_file(tmp_path / "file") == EMPTY
