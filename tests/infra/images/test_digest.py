"""Naming a pushed image by its digest, against an engine on loopback."""

import pytest

from infra.images.digest import pushed_digest
from infra.images.steps import build_image, push_image
from tests.fakes.docker_engine import engine_with

DIGEST = f"sha256:{'ab' * 32}"
NOBODY = "tcp://127.0.0.1:9"
OTHER = f"sha256:{'cd' * 32}"


def digest(monkeypatch: pytest.MonkeyPatch, image: str, known: list[str]) -> str:
    with engine_with({image: known}) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        return pushed_digest(image)


@pytest.mark.parametrize(
    ("image", "known", "expected"),
    [
        ("registry.example:5000/a/mill:1", "registry.example:5000/a/mill", "registry.example:5000/a/mill"),
        ("docker.io/someone/mill:1", "someone/mill", "docker.io/someone/mill"),
        ("mill:1", "mill", "mill"),
    ],
)
def test_pushed_image_is_named_by_its_digest(monkeypatch, image, known, expected):
    assert digest(monkeypatch, image, known=[f"{known}@{DIGEST}"]) == f"{expected}@{DIGEST}"


def test_digest_of_the_registry_that_was_pushed_to_counts(monkeypatch):
    known = [f"elsewhere.example/mill@{OTHER}", f"registry.example/mill@{DIGEST}"]
    assert digest(monkeypatch, "registry.example/mill:1", known=known).endswith(DIGEST)


def test_image_that_was_never_pushed_is_a_sentence(monkeypatch):
    with pytest.raises(ValueError, match="expected the digest that a registry gave it, found none; push it"):
        digest(monkeypatch, "registry.example/mill:1", known=[])


def test_image_that_nobody_built_is_a_sentence(monkeypatch):
    with engine_with({}) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(ValueError, match="expected a Docker engine that has this image, found none"):
            pushed_digest("mill:1")


def test_no_engine_is_a_sentence(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", NOBODY)
    with pytest.raises(ValueError, match="expected a Docker engine that has this image, found none"):
        pushed_digest("mill:1")


def test_image_that_is_given_is_neither_built_nor_pushed(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", NOBODY)
    given = f"registry.example/mill@{DIGEST}"

    built = build_image(name="mill", tag="1", target="gpu", base="debian", given=given)
    pushed = push_image("mill", "1", given=given)

    assert built == pushed == {"image": given}


def test_image_that_is_given_by_a_tag_does_not_go_to_machines():
    with pytest.raises(ValueError, match="expected an image by digest"):
        push_image("mill", "1", given="registry.example/mill:1")
