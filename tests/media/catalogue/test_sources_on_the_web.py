"""Products whose files lie on a web server that misbehaves: read once, and again only when they changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from media.access import Access
from media.catalogue.index import index_key
from media.catalogue.sources import bring_in
from media.errors import BadInput
from media.source import Source
from media.store import FolderStore
from tests.fakes.https_server import PRIVATE, Answer, HttpsServer, https_server
from tests.media.catalogue.conftest import HEAD, Catalogue

ETAG = {"ETag": '"one"'}
OLD = {"Last-Modified": "Mon, 02 Jan 2023 10:00:00 GMT"}
WEAK = {"ETag": 'W/"one"'}
NEVER_READ = (1, 3600.0)
SECRET = "zx9-secret"  # noqa: S105 - planted


def model(content: str, **headers: str) -> Answer:
    return Answer(HEAD.format(content).encode(), headers=headers, conditions="ETag" in headers)


@contextmanager
def ordered(catalogue: Catalogue, answers: Answer | Sequence[Answer]) -> Iterator[HttpsServer]:
    """Order a product whose file lies on a server."""
    with https_server(catalogue.folder, {"/A.step": answers}) as server:
        catalogue.tools = replace(catalogue.tools, access=server.access)
        catalogue.add("A")
        catalogue.products[0]["source"] = f"{server.address}/A.step"
        yield server


def missing_next_night(catalogue: Catalogue) -> int:
    """Render everything, and return how many pictures the next night would render."""
    catalogue.run()
    next_night = catalogue.assess()
    assert not next_night.problems
    return len(next_night.missing)


@pytest.mark.parametrize("headers", [ETAG, WEAK | OLD, OLD])
def test_file_that_is_as_it_was_is_not_read_again(catalogue, headers):
    first = model("A", **headers)
    with ordered(catalogue, [first, replace(first, drip=NEVER_READ)]) as server:
        assert missing_next_night(catalogue) == 0

    assert len(server.requests) == 2


@pytest.mark.parametrize("headers", [{}, WEAK])
def test_file_of_a_server_that_tells_no_versions_is_read_and_changes_nothing(catalogue, headers):
    with ordered(catalogue, model("A", **headers)) as server:
        assert missing_next_night(catalogue) == 0

    assert [request.headers.get("If-None-Match") for request in server.requests] == [None, None]


def test_file_that_changed_is_rendered_anew_and_known_from_then_on(catalogue):
    changed = model("B", ETag='"two"')
    with ordered(catalogue, [model("A", **ETAG), changed, replace(changed, drip=NEVER_READ)]) as server:
        catalogue.run()
        assert len(catalogue.run().rows) == 1
        assert catalogue.finished == 2
        assert not catalogue.assess().missing

    assert server.requests[-1].headers["If-None-Match"] == '"two"'


@pytest.mark.parametrize("status", [304, 403, 405, 500])
def test_server_that_stumbles_over_the_question_fails_no_product(catalogue, status):
    stumbles = Answer(status=status, headers={"ETag": '"else"'})
    with ordered(catalogue, [model("A", **ETAG), stumbles, model("A", **ETAG)]) as server:
        assert missing_next_night(catalogue) == 0

    assert len(server.requests) == 3


def test_file_that_left_the_store_is_read_again(catalogue):
    with ordered(catalogue, model("A", **ETAG)) as server:
        catalogue.run()
        (source,) = catalogue.assess().sources
        catalogue.tools.store.delete(source.asset.key)

        assert catalogue.assess().sources[0].asset.sha256 == source.asset.sha256

    assert catalogue.tools.store.stat(source.asset.key)
    assert "If-None-Match" not in server.requests[-1].headers


def test_known_file_that_moved_to_a_forbidden_address_is_a_problem_of_its_product(catalogue):
    with https_server(catalogue.folder, {"/A.step": model("A", **ETAG)}, PRIVATE) as private:
        moved = Answer(status=302, location=f"{private.address}/A.step")
        with ordered(catalogue, [model("A", **ETAG), moved]):
            catalogue.run()
            tonight = catalogue.assess()

    assert private.connections == 0
    assert "public internet" in tonight.problems[0].reason


def test_address_that_may_hold_a_secret_is_kept_with_no_version(tmp_path):
    with https_server(tmp_path, {"/A.step": model("A", **ETAG)}) as server:
        brought = bring_in(
            [f"{server.address}/A.step?key={SECRET}"], FolderStore(tmp_path / "store"), server.access
        )

    assert isinstance(*brought.sources.values(), Source)
    assert brought.versions == {}


def test_index_of_the_next_run_names_the_version(catalogue):
    with ordered(catalogue, model("A", **ETAG)) as server:
        catalogue.run()

    index = catalogue.tools.store.get(index_key(catalogue.job().orders)).decode()
    assert f"{server.address}/A.step" in index
    assert r"\"one\"" in index


def test_malformed_address_is_a_sentence(tmp_path):
    brought = bring_in(["https://["], FolderStore(tmp_path / "store"), Access())

    assert isinstance(brought.sources["https://["], BadInput)
