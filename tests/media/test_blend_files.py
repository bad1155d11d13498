"""What a Blender file refers to is found in its bytes, whether they are packed or not."""

import gzip
from pathlib import Path

import pytest
import zstandard

from media.blend_files import files_of_blend
from media.kind import Kind
from media.source import download_model
from media.store.folder import FolderStore

HEAD = b"BLENDER-v405REND" + b"\0" * 64
PACKINGS = {"plain": bytes, "zstandard": zstandard.compress, "gzip": gzip.compress}


def blend(path: Path, *names: str, pack=bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(HEAD + b"".join(name.encode() + b"\0" * 9 for name in names) + b"ENDB"))
    return path


def files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"something")


def found(main: Path, scratch: Path) -> list[str]:
    scratch.mkdir(exist_ok=True)
    needed = files_of_blend(main, main.parent, scratch)
    return sorted(path.relative_to(main.parent).as_posix() for path in needed)


@pytest.mark.parametrize("pack", PACKINGS.values(), ids=PACKINGS)
def test_files_beside_it_are_found(tmp_path, pack):
    names = ("//textures/wood.png", "//fonts\\mono.woff2", "//gone.png")
    main = blend(tmp_path / "a" / "shot.blend", *names, pack=pack)
    files(main.parent, "textures/wood.png", "fonts/mono.woff2", "notes.txt")

    assert found(main, tmp_path / "scratch") == ["fonts/mono.woff2", "textures/wood.png"]


def test_what_is_no_path_or_leads_where_nobody_may_look_is_passed_by(tmp_path):
    names = ("//" + "-" * 300, "//../closed/secret.png", "//" + "/" * 5000 + "x", "//wood.png")
    main = blend(tmp_path / "a" / "shot.blend", *names)
    files(main.parent, "wood.png")
    (tmp_path / "closed").mkdir(mode=0o000)

    assert found(main, tmp_path / "scratch") == ["wood.png"]


def test_libraries_bring_theirs(tmp_path):
    main = blend(tmp_path / "a" / "shot.blend", "//library/lamp.blend")
    blend(main.parent / "library" / "lamp.blend", "//../textures/wood.png", "//lamp.blend", "//../shot.blend")
    files(main.parent, "textures/wood.png")

    assert found(main, tmp_path / "scratch") == ["library/lamp.blend", "textures/wood.png"]


def test_sequences_tiles_and_caches_are_brought_whole_and_other_folders_are_not(tmp_path):
    names = ("//in/0001.png", "//tile.<UDIM>.png", "//render/", "//cache_fluid_1")
    main = blend(tmp_path / "a" / "shot.blend", *names)
    sequence = ["in/0001.png", "in/0002.png"]
    tiles = ["tile.1001.png", "tile.1002.png"]
    caches = ["blendcache_shot/fall_000001_00.bphys", "cache_fluid_1/data/fluid_0001.vdb"]
    files(main.parent, *sequence, *tiles, *caches, "in/readme.png", "tile.x.png", "render/0001.png")

    assert found(main, tmp_path / "scratch") == sorted([*sequence, *tiles, *caches])


def test_nothing_outside_its_folder_is_brought(tmp_path):
    names = ("//../secret.png", "///etc/passwd", "//linked.png", "/etc/passwd")
    main = blend(tmp_path / "a" / "shot.blend", *names)
    files(tmp_path, "secret.png")
    (main.parent / "linked.png").symlink_to(tmp_path / "secret.png")

    assert found(main, tmp_path / "scratch") == []


def test_damaged_file_brings_what_can_be_read(tmp_path):
    packed = zstandard.compress(HEAD + b"//wood.png\0" * 9000)
    main = tmp_path / "a" / "shot.blend"
    files(main.parent, "wood.png")
    main.write_bytes(packed[: len(packed) - 3])

    assert found(main, tmp_path / "scratch") in ([], ["wood.png"])


def test_local_file_is_stored_with_what_it_needs(tmp_path):
    store = FolderStore(tmp_path / "store")
    main = blend(tmp_path / "a" / "shot.blend", "//textures/wood.png")
    files(main.parent, "textures/wood.png")

    assert download_model(str(main), store).kind is Kind.ZIP
    assert download_model(str(blend(tmp_path / "b" / "alone.blend")), store).kind is Kind.BLEND
