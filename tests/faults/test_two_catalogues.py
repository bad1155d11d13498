"""Two catalogues that begin at once over the same products render each picture once between them."""

import subprocess

import pytest

from tests.faults.runs import PICTURES, Engine
from tests.faults.test_killed_catalogue import assert_complete

pytestmark = pytest.mark.timeout(600)


def test_two_catalogues_at_once_over_the_same_products_render_each_picture_once(catalogue: Engine):
    both = [catalogue.start("--catalogue") for _ in range(2)]
    said = [_said(one) for one in both]

    assert [one.returncode for one in both] == [0, 0]
    assert [lines[-1] for lines in said] == ["done", "done"]
    assert [line for lines in said for line in lines].count("rendered") == PICTURES
    assert_complete(catalogue)


def _said(process: subprocess.Popen[str]) -> list[str]:
    """Return what a run says until its end, which is little enough to lie in its pipe until it is read."""
    with process:
        assert process.stdout is not None
        return process.stdout.read().splitlines()
