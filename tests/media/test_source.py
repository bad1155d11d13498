"""Where sources come from, and what is refused."""

import hashlib
import os

import pytest

from media.errors import BadInput, Unavailable
from media.kind import Kind
from media.source import download_model, staged_address
from media.store import FolderStore
from media.store.protocol import StoredWrong
from tests.fakes.https_server import Answer, https_server

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"
DIGEST = hashlib.sha256(STEP).hexdigest()


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def test_file_is_stored_under_its_digest_and_known_by_its_content(store, tmp_path):
    path = tmp_path / "Käfig.txt"
    path.write_bytes(STEP)

    source = download_model(str(path), store)

    assert (source.name, source.kind, source.asset.sha256, source.found) == (
        "Käfig.txt",
        Kind.STEP,
        DIGEST,
        False,
    )
    assert store.get(source.asset.key) == STEP


@pytest.mark.parametrize("form", ["{path}", "file://{path}"])
def test_same_bytes_under_another_name_are_found(store, tmp_path, form):
    for name in ("a.step", "b.stp"):
        (tmp_path / name).write_bytes(STEP)
    download_model(str(tmp_path / "a.step"), store)

    assert download_model(form.format(path=tmp_path / "b.stp"), store).found


def test_object_that_was_cut_short_in_the_store_is_replaced(store, tmp_path):
    (tmp_path / "a.step").write_bytes(STEP)
    key = download_model(str(tmp_path / "a.step"), store).asset.key
    store.put(key, STEP[:10])

    download_model(str(tmp_path / "a.step"), store)

    assert store.get(key) == STEP


def test_https_address_is_downloaded(store, tmp_path):
    with https_server(tmp_path, {"/parts/a%20part.step": Answer(STEP)}) as server:
        source = download_model(
            f"{server.address}/parts/a%20part.step?signature=secret", store, server.access
        )

    assert (source.name, source.asset.sha256) == ("a part.step", DIGEST)


@pytest.mark.parametrize("form", [" {}\n", "HTTPS{}"])
def test_address_may_have_blanks_around_it_and_its_scheme_in_capitals(store, tmp_path, form):
    with https_server(tmp_path, {"/a.step": Answer(STEP)}) as server:
        address = f"{server.address}/a.step"
        address = form.format(address.removeprefix("https") if "HTTPS" in form else address)

        assert download_model(address, store, server.access).name == "a.step"


def test_name_in_an_address_stays_on_one_line(store, tmp_path):
    with https_server(tmp_path, {"/a%0A%1b%5B31m%E2%80%AE.step": Answer(STEP)}) as server:
        address = f"{server.address}/a%0A%1b%5B31m%E2%80%AE.step"

        assert download_model(address, store, server.access).name == "a[31m.step"


NAMES = {
    b"a\n\x1b[31m.step": "a[31m.step",
    b"\xff.step": ".step",
    "a\u202e\u0085.step".encode(): "a.step",
    b"\x1b": "unnamed",
    "K\u00e4fig-".encode() * 30: "K\u00e4fig-" * 21 + "K\u00e4",
}


@pytest.mark.parametrize(("name", "clean"), NAMES.items())
def test_name_of_a_local_file_stays_on_one_line_and_within_what_file_systems_take(
    store, tmp_path, name, clean
):
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(STEP)

    source = download_model(str(path), store)

    assert source.name == clean
    assert len(source.name.encode()) <= 150


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("a\x1b[2J\n.step", "a[2J.step"),
        ("../../etc/cron.d/a.step", "a.step"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("\udcff.step", ".step"),
        ("x" * 1000, "x" * 150),
    ],
)
def test_name_in_a_stored_address_is_cleaned(store, tmp_path, name, clean):
    (tmp_path / "a.step").write_bytes(STEP)
    download_model(str(tmp_path / "a.step"), store)

    assert download_model(f"store:{DIGEST}/{name}", store).name == clean


@pytest.mark.parametrize("address", ["/no/such\n\x1b[31m.step", "store:\x1b[2J\n/part.step"])
def test_refusal_of_an_address_with_control_signs_is_one_clean_line(store, address):
    with pytest.raises(BadInput) as refusal:
        download_model(address, store)

    assert str(refusal.value).isprintable()


def test_refusal_of_a_file_by_its_content_is_one_clean_line(store, tmp_path):
    (tmp_path / "a\n\x1b[31m.step").write_bytes(b"Dear Sirs,\n")

    with pytest.raises(BadInput) as refusal:
        download_model(str(tmp_path / "a\n\x1b[31m.step"), store)

    assert str(refusal.value).startswith("a[31m.step: expected ")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (Answer(status=404), BadInput, "found HTTP 404"),
        (Answer(status=503), Unavailable, "answered 503"),
        (Answer(status=429), Unavailable, "answered 429"),
        (Answer(STEP, cut_at=20), Unavailable, "while downloading; try again later"),
        (Answer(b"<html>Please log in</html>"), BadInput, "HTML"),
        (Answer(b"\xef\xbb\xbf<!doctype html>"), BadInput, "HTML"),
    ],
)
def test_answer_that_is_no_file_is_told_by_what_to_do(store, tmp_path, answer, error, sentence):
    with (
        https_server(tmp_path, {"/part.step": answer}) as server,
        pytest.raises(error, match=sentence) as raised,
    ):
        download_model(f"{server.address}/part.step?signature=secret", store, server.access)

    assert "secret" not in str(raised.value)
    assert not list(store.list("sources/"))


def test_server_that_does_not_answer_is_unavailable(store, tmp_path):
    with https_server(tmp_path, {}) as server:
        address = f"{server.address}/part.step"

    with pytest.raises(Unavailable, match="while downloading"):
        download_model(address, store, server.access)


def test_too_large_a_file_is_refused(store, tmp_path, monkeypatch):
    monkeypatch.setattr("media.intake.LARGEST_SOURCE", 10)
    (tmp_path / "a.step").write_bytes(STEP)

    with pytest.raises(BadInput, match=r"at most 10 bytes, found \d+; send a smaller file"):
        download_model(str(tmp_path / "a.step"), store)
    with (
        https_server(tmp_path, {"/a.step": Answer(STEP)}) as server,
        pytest.raises(BadInput, match="at most 10 bytes"),
    ):
        download_model(f"{server.address}/a.step", store, server.access)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/no/such/part.step", "found nothing"),
        ("/", "found a folder"),
        (
            "http://user:secret@example.com/part.step?key=secret",
            "expected a path, or an https:// address, found http://",
        ),
        ("ftp://example.com/part.step", "found ftp://"),
    ],
)
def test_address_that_leads_nowhere_is_refused(store, address, sentence):
    with pytest.raises(BadInput, match=sentence) as raised:
        download_model(address, store)

    assert "secret" not in str(raised.value)


def test_stored_source_has_an_address_of_its_own(store, tmp_path):
    (tmp_path / "Käfig 7.step").write_bytes(STEP)
    source = download_model(str(tmp_path / "Käfig 7.step"), store)
    (tmp_path / "Käfig 7.step").unlink()

    assert download_model(staged_address(source), store) == source.model_copy(update={"found": True})


@pytest.mark.parametrize(
    "address", ["store:abc/part.step", f"store:{'ab' * 32}/part.step", "store:../../etc/passwd"]
)
def test_stored_address_of_nothing_is_refused(store, address):
    with pytest.raises(BadInput, match="expected a source that is in the store"):
        download_model(address, store)


def test_file_that_changes_while_it_is_read_is_not_stored_under_a_wrong_name(store, tmp_path, monkeypatch):
    (tmp_path / "a.step").write_bytes(STEP)
    monkeypatch.setattr("media.intake.sha256_of_file", lambda _: "ab" * 32)

    with pytest.raises(StoredWrong, match="did they change"):
        download_model(str(tmp_path / "a.step"), store)
    assert not list(store.list("sources/"))


def test_colon_in_a_path_makes_it_no_address(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "M8:bolt.step").write_bytes(STEP)

    assert download_model("M8:bolt.step", store).name == "M8:bolt.step"


def test_malformed_address_is_refused(store):
    with pytest.raises(BadInput, match="malformed"):
        download_model("https://[bad/part.step", store)
