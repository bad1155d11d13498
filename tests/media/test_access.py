"""What a caller may name as a source, and what stays closed."""

import os

import pytest

from media.access import Access
from media.errors import BadInput, Unavailable
from media.source import download_model
from media.store import FolderStore

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def folder(tmp_path):
    """A folder that is open to the caller, with a neighbour that is not."""
    for name in ("open", "open-not", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part.step").write_bytes(STEP)
    return tmp_path / "open"


def test_file_in_an_open_folder_is_taken(store, folder):
    access = Access(local=(folder,))

    assert download_model(str(folder / "part.step"), store, access).name == "part.step"
    assert download_model(f"file://{folder}/part.step", store, access).found


@pytest.mark.parametrize(
    "path",
    [
        "{folder}/../closed/part.step",
        "{folder}-not/part.step",
        "{folder}/../closed/missing.step",
        "file://{folder}/..%2Fclosed/part.step",
        "file://localhost/{folder}/../closed/part.step",
        "/etc/passwd",
        "/proc/self/environ",
        "~/part.step",
        "part.step",
    ],
)
def test_path_outside_the_open_folders_is_refused_whether_it_exists_or_not(store, folder, path):
    with pytest.raises(BadInput, match="in a folder that is open to you, found a path outside"):
        download_model(path.format(folder=folder), store, Access(local=(folder,)))


@pytest.mark.parametrize("make", ["link to a file", "link to a folder", "link to a link"])
def test_link_out_of_an_open_folder_is_refused(store, folder, make):
    closed = folder.parent / "closed"
    path = folder / "link.step"
    if make == "link to a file":
        path.symlink_to(closed / "part.step")
    elif make == "link to a folder":
        (folder / "inner").symlink_to(closed)
        path = folder / "inner" / "part.step"
    else:
        (folder / "first.step").symlink_to(closed / "part.step")
        path.symlink_to("first.step")

    with pytest.raises(BadInput, match="found a path outside"):
        download_model(str(path), store, Access(local=(folder,)))


def test_link_within_an_open_folder_is_followed_and_keeps_its_name(store, folder):
    (folder / "bolt.step").symlink_to("part.step")

    assert download_model(str(folder / "bolt.step"), store, Access(local=(folder,))).name == "bolt.step"


def test_open_folder_may_itself_be_a_link(store, folder):
    (folder.parent / "way").symlink_to(folder)
    access = Access(local=(folder.parent / "way",))

    assert download_model(str(folder.parent / "way" / "part.step"), store, access).name == "part.step"


def test_caller_without_local_files_gets_none(store, folder):
    with pytest.raises(BadInput, match="upload the file"):
        download_model(str(folder / "part.step"), store, Access(local=()))


@pytest.mark.parametrize(
    "path", ["/a\0b", "~nobody-of-this-name/part.step", "/" + "a" * 300, "{folder}/circle/a"]
)
def test_path_that_no_file_can_have_is_refused(store, folder, path):
    (folder / "circle").symlink_to("circle")

    with pytest.raises(BadInput, match="found"):
        download_model(path.format(folder=folder), store)


def test_pipe_is_refused_before_it_is_read(store, tmp_path):
    os.mkfifo(tmp_path / "part.step")

    with pytest.raises(BadInput, match="found a device or pipe"):
        download_model(str(tmp_path / "part.step"), store)


def test_address_of_another_scheme_goes_to_its_fetcher(store):
    asked = []

    def fetch(address, path) -> None:
        asked.append(address)
        path.write_bytes(STEP)

    source = download_model(
        "s3://bucket/a%20folder/part.step", store, Access(local=(), fetchers={"s3": fetch})
    )

    assert asked == ["s3://bucket/a%20folder/part.step"]
    assert (source.name, store.get(source.asset.key)) == ("part.step", STEP)


def test_what_a_fetcher_cannot_have_is_told_in_its_words(store):
    def fetch(address, _path) -> None:
        raise Unavailable(f"{address}: expected the object, found 503")

    with pytest.raises(Unavailable, match="found 503"):
        download_model("s3://bucket/part.step", store, Access(fetchers={"s3": fetch}))


def test_scheme_that_nobody_fetches_is_refused(store):
    with pytest.raises(BadInput, match=r"expected a path, or an https:// address, found s3://") as raised:
        download_model("s3://key:secret@bucket/part.step?secret", store)

    assert "secret" not in str(raised.value)


def test_fetcher_for_https_or_files_does_not_replace_the_guard(store, folder):
    def fetch(_address, path) -> None:
        path.write_bytes(STEP)

    access = Access(local=(), fetchers={"https": fetch, "file": fetch, "": fetch})

    for address in ("https://127.0.0.1/part.step", f"file://{folder}/part.step", str(folder / "part.step")):
        with pytest.raises(BadInput):
            download_model(address, store, access)
