"""Folders of stored files come back as they were, below the folder they are written to and nowhere else."""

from pathlib import Path

import pytest

from media.asset import Asset
from media.asset_tree import TREE, AssetTree, fetch_tree, missing_of, read_tree, store_tree
from media.digest import digest_of, sha256_of_file
from media.errors import BadInput
from media.export import export
from media.manifest import Content, Manifest, Output, Record, find_manifest, manifest_key
from media.reach import reachable
from media.store import FolderStore
from media.store.keys import key_for

JOB = digest_of({"stage": "a tree"})


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def stored(store, tmp_path) -> Asset:
    """A tree of three files, two of which are alike."""
    folder = tmp_path / "made"
    (folder / "720p").mkdir(parents=True)
    (folder / "master.m3u8").write_text("#EXTM3U\n")
    (folder / "720p" / "00000.m4s").write_bytes(b"one")
    (folder / "720p" / "00001.m4s").write_bytes(b"one")
    (folder / "link").symlink_to("/etc/hosts")
    _, asset = store_tree(folder, {".m3u8": "application/vnd.apple.mpegurl"}, store)
    return asset


def naming(store: FolderStore, tmp_path: Path, *names: str) -> Asset:
    """Store a document that calls itself a tree and names one real file by these paths."""
    (tmp_path / "file").write_bytes(b"payload")
    file_digest = digest_of({"a": "file"})
    key = key_for("trees", file_digest, "file.bin")
    store.put(key, tmp_path / "file")
    file = Asset(uri="", sha256=file_digest, size=7, media_type="", key=key)
    document = tmp_path / "tree.json"
    document.write_text(AssetTree(files=dict.fromkeys(names, file)).model_dump_json())
    digest = sha256_of_file(document)
    key = key_for("trees", digest, "tree.json")
    store.put(key, document)
    return Asset(uri="", sha256=digest, size=document.stat().st_size, media_type=TREE, key=key)


def finished(store: FolderStore, tree: Asset, name: str = "clip-transcoded-hls") -> Manifest:
    content = Content(
        job=JOB, noun="transcoded", outputs=(Output(role="hls", asset=tree, download_name=name),)
    )
    manifest = Manifest(content=content, record=Record(source="clip.mp4", source_sha256=JOB, asked={}))
    store.put(manifest_key(JOB), manifest.model_dump_json(by_alias=True).encode())
    return manifest


def test_tree_comes_back_as_it_was_and_equal_files_are_stored_once(store, stored, tmp_path):
    paths = fetch_tree(stored, store, tmp_path / "out")

    assert {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in paths} == {
        "720p/00000.m4s": b"one",
        "720p/00001.m4s": b"one",
        "master.m3u8": b"#EXTM3U\n",
    }
    assert len([stat for stat in store.scan() if stat.key.startswith("trees/")]) == 3


def test_same_folder_is_the_same_tree(store, stored, tmp_path):
    fetch_tree(stored, store, tmp_path / "again")

    _, again = store_tree(tmp_path / "again", {".m3u8": "application/vnd.apple.mpegurl"}, store)

    assert again.sha256 == stored.sha256


def test_same_folder_is_the_same_tree_in_a_store_elsewhere(store, stored, tmp_path):
    fetch_tree(stored, store, tmp_path / "again")

    _, elsewhere = store_tree(
        tmp_path / "again", {".m3u8": "application/vnd.apple.mpegurl"}, FolderStore(tmp_path / "other-store")
    )

    assert elsewhere.sha256 == stored.sha256


def test_link_in_the_place_of_the_whole_tree_is_not_followed(store, stored, tmp_path):
    finished(store, stored)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "clip-transcoded-hls").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadInput, match="found a link to elsewhere"):
        export(JOB, store, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_media_types_go_by_suffix(store, stored):
    files = read_tree(stored, store).files

    assert files["master.m3u8"].media_type == "application/vnd.apple.mpegurl"
    assert files["720p/00000.m4s"].media_type == "application/octet-stream"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../out",
            "a/../../out",
            "..",
            ".",
            "",
            "/etc/out",
            "a//b",
            "a/",
            "~/out",
            "C:out",
            "c:/out",
            "a\\b",
        ),
        *(
            "a:b",
            "a b",
            "a\nb",
            "a\0b",
            "ä",
            ".hidden",
            "-rf",
            "a.",
            "nul",
            "COM1.txt",
            "x" * 101,
            "a/" * 17 + "b",
        ),
        "%2e%2e/out",
    ],
)
def test_path_that_is_not_plain_is_refused_and_nothing_is_written(store, tmp_path, name):
    tree = naming(store, tmp_path, "fine", name)

    with pytest.raises(BadInput, match="expected a plain relative path"):
        fetch_tree(tree, store, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize("names", [("a", "A"), ("a", "a/b"), ("A/b", "a")])
def test_paths_that_cannot_lie_side_by_side_on_every_disk_are_refused(store, tmp_path, names):
    with pytest.raises(BadInput, match="in a tree, found"):
        fetch_tree(naming(store, tmp_path, *names), store, tmp_path / "out")


def test_document_that_is_no_tree_is_refused(store, tmp_path, stored):
    other = read_tree(stored, store).files["master.m3u8"]

    with pytest.raises(BadInput, match="expected a tree of files, found something else"):
        fetch_tree(other, store, tmp_path / "out")


def test_empty_folder_is_no_tree(store, tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(BadInput, match="expected a tree of 1 to"):
        store_tree(tmp_path / "empty", {}, store)


def test_tree_of_a_finished_job_is_written_as_a_folder(store, stored, tmp_path):
    finished(store, stored)

    (place,) = export(JOB, store, tmp_path / "out", "movie.mov")

    assert place == tmp_path / "out" / "movie-transcoded-hls"
    assert (place / "720p" / "00001.m4s").read_bytes() == b"one"


def test_link_in_the_place_of_a_trees_folder_is_not_followed(store, stored, tmp_path):
    finished(store, stored)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "clip-transcoded-hls").mkdir(parents=True)
    (tmp_path / "out" / "clip-transcoded-hls" / "720p").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadInput, match="found a link to elsewhere"):
        export(JOB, store, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_job_whose_tree_lacks_a_file_is_not_done(store, stored):
    finished(store, stored)
    assert find_manifest(JOB, store)
    file = read_tree(stored, store).files["720p/00000.m4s"]
    assert missing_of(stored, store) is None

    stat = store.stat(file.key)
    assert stat
    store.delete_if(file.key, stat.etag)

    assert missing_of(stored, store) == file.key
    assert find_manifest(JOB, store) is None


def test_files_of_a_tree_stay_as_long_as_a_finished_job_needs_it(store, stored):
    needed = {file.sha256 for file in read_tree(stored, store).files.values()}
    assert not needed & {digest.hex() for digest in reachable(store)}

    finished(store, stored)

    assert needed | {stored.sha256} <= {digest.hex() for digest in reachable(store)}
