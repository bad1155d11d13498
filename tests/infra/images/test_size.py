"""What is printed of an image's layers."""

import pytest

from infra.images.size import _made_by


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/bin/sh -c #(nop) COPY dir:ab in /opt/venv ", "COPY dir:ab in /opt/venv"),
        ("/bin/sh -c apt-get update     && true", "apt-get update && true"),
        ("", "the base"),
    ],
)
def test_layer_is_named_by_its_instruction(command, expected):
    assert _made_by(command) == expected
