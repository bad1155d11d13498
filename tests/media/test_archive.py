"""A stranger's ZIP is unpacked within bounds or refused in one sentence, and nothing of it lies outside."""

import errno
import io
import os
import random
import re
import stat
import struct
import unicodedata
import zipfile
import zlib

import pytest

from media import archive as archives
from media.archive import extract
from media.errors import BadInput, OutOfResources

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, **changes: int) -> bytes:
    """Return an archive of `members`, every entry with the attributes in `changes`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            for attribute, value in changes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, data)
    return file.getvalue()


def raw_zip(entries: list[tuple[bytes, bytes, int]], directory: list[tuple[bytes, int, int, int]]) -> bytes:
    """Return an archive whose two lists of members are written apart.

    Args:
        entries: Name, stored data and flags of each local entry.
        directory: Name, number of the local entry, size as stated and flags of each entry of the list.
    """
    data, places = b"", []
    for name, body, flags in entries:
        places.append((len(data), zlib.crc32(body)))
        sizes = (zlib.crc32(body), len(body), len(body))
        data += struct.pack("<4s5H3L2H", LOCAL, 20, flags, 0, 0, 33, *sizes, len(name), 0) + name + body
    begin = len(data)
    for name, number, size, flags in directory:
        offset, checksum = places[number]
        head = (CENTRAL, 20, 20, flags, 0, 0, 33, checksum, size, size)
        data += struct.pack("<4s6H3L5H2L", *head, len(name), 0, 0, 0, 0, 0, offset) + name
    count = len(directory)
    return data + struct.pack("<4s4H2LH", END, 0, 0, count, count, len(data) - begin, begin, 0)


def with_flag(data: bytes, flag: int) -> bytes:
    """Set a flag of the one entry, in both lists."""
    changed = bytearray(data)
    changed[6] |= flag
    changed[changed.rindex(CENTRAL) + 8] |= flag
    return bytes(changed)


def unpack(data: bytes, tmp_path) -> list[str]:
    path = tmp_path / "model.zip"
    path.write_bytes(data)
    return extract(path, tmp_path / "job" / "files", "model.zip")


GOOD = zipped(
    {"scene.gltf": b"{}", "textures/wood.png": b"wood", "__MACOSX/._scene.gltf": b"x", ".DS_Store": b"y"}
)
ZIP64_END = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 60, 0)
ZIP64 = ZIP64_END + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)


def zip64_lie() -> bytes:
    end = GOOD.rindex(END)
    return GOOD[:end] + ZIP64 + GOOD[end:]


def bomb() -> bytes:
    return zipped({"scene.bin": bytes(64 * 2**20)})


def understated_bomb() -> bytes:
    """A bomb that says it holds ten bytes."""
    data = bytearray(bomb())
    struct.pack_into("<L", data, 22, 10)
    struct.pack_into("<L", data, data.rindex(CENTRAL) + 24, 10)
    return bytes(data)


HOSTILE = {
    "parent": (zipped({"../outside.txt": b"x"}), "a name that leads elsewhere (../outside.txt)"),
    "parent_within": (zipped({"a/../../outside.txt": b"x"}), "a name that leads elsewhere"),
    "absolute": (zipped({"/outside.txt": b"x"}), "a name that leads elsewhere"),
    "backslash": (zipped({"..\\outside.txt": b"x"}), "a name that leads elsewhere"),
    "drive": (zipped({"C:outside.txt": b"x"}), "a name that leads elsewhere"),
    "nul": (raw_zip([(b"a\0b", b"x", 0)], [(b"a\0b", 0, 1, 0)]), "a name that leads elsewhere (a?b)"),
    "line_break": (zipped({"a\nb": b"x"}), "a name that leads elsewhere (a?b)"),
    "dot": (zipped({"./a": b"x"}), "a name that leads elsewhere"),
    "symlink": (
        zipped({"link": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16),
        "a link or a special file (link)",
    ),
    "device": (zipped({"dev": b""}, external_attr=(stat.S_IFCHR | 0o666) << 16), "a link or a special file"),
    "encrypted": (with_flag(zipped({"a": b"x"}), 1), "an encrypted file (a)"),
    "bzip2": (zipped({"a": b"x" * 99}, zipfile.ZIP_BZIP2), "compression method 12"),
    "lzma": (zipped({"a": b"x" * 99}, zipfile.ZIP_LZMA), "compression method 14"),
    "twice": (
        raw_zip([(b"a", b"x", 0), (b"a", b"y", 0)], [(b"a", 0, 1, 0), (b"a", 1, 1, 0)]),
        "two files of one name",
    ),
    "twice_but_for_case": (zipped({"a.BIN": b"x", "A.bin": b"y"}), "two files of one name (a.BIN, A.bin)"),
    "twice_but_for_unicode": (
        zipped({"K\u00e4fig": b"x", unicodedata.normalize("NFD", "K\u00e4fig"): b"y"}),
        "two files of one name",
    ),
    "file_and_folder": (zipped({"a": b"x", "a/b": b"y"}), "a file that is a folder, too (a/b)"),
    "overlapping": (
        raw_zip([(b"a", b"x" * 90, 0)], [(b"a", 0, 90, 0), (b"b", 0, 90, 0)]),
        "entries that overlap",
    ),
    "overlapping_the_list": (raw_zip([(b"a", b"x", 0)], [(b"a", 0, 99, 0)]), "entries that overlap"),
    "other_name_inside": (raw_zip([(b"b", b"x", 0)], [(b"a", 0, 1, 0)]), "a damaged one"),
    "deep": (zipped({"/".join("abcdefghijklmnopq"): b"x"}), "more than 16 folders deep"),
    "long_name": (zipped({"n" * 256: b"x"}), "a name that is too long"),
    "bomb": (bomb(), "a file that grows more than 100 times (scene.bin)"),
    "understated_bomb": (understated_bomb(), "a damaged one"),
    "overstated": (raw_zip([(b"a", b"x", 0)], [(b"a", 0, 0, 0)]), "a damaged one"),
    "zip64": (zip64_lie(), "the ZIP64 form"),
    "cut": (GOOD[:-30], "one that was cut short"),
    "damaged": (GOOD.replace(b"wood", b"w00d").replace(b"scene", b"scone", 1), "a damaged one"),
    "only_an_end": (
        struct.pack("<4s4H2LH", END, 0, 0, 0, 0, 2**31, 0, 0),
        "a list of files of 2147483648 bytes",
    ),
}


def test_files_are_unpacked_without_what_a_mac_adds(tmp_path):
    assert unpack(GOOD, tmp_path) == ["scene.gltf", "textures/wood.png"]

    files = tmp_path / "job" / "files"
    assert (files / "textures" / "wood.png").read_bytes() == b"wood"
    assert sorted(path.name for path in files.rglob("*")) == ["scene.gltf", "textures", "wood.png"]


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_archive_is_refused_in_one_sentence(attack, tmp_path):
    data, found = HOSTILE[attack]

    with pytest.raises(BadInput) as refusal:
        unpack(data, tmp_path)

    sentence = str(refusal.value)
    assert sentence.startswith("model.zip: expected a plain ZIP archive of a model's files, found ")
    assert found in sentence
    assert "\n" not in sentence
    beside = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert beside == {"model.zip", "job"}, "something was written outside the job's folder"
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


def test_a_bomb_is_stopped_while_it_grows(tmp_path):
    with pytest.raises(BadInput):
        unpack(bomb(), tmp_path)

    written = sum(path.stat().st_size for path in (tmp_path / "job").rglob("*"))
    assert written <= archives.FREE_BYTES + archives.MAX_RATIO * len(bomb()) < 64 * 2**20


def test_all_files_together_are_bounded_by_what_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)

    with pytest.raises(BadInput, match="more than 1000 bytes in all"):
        unpack(zipped({"a": bytes(600), "b": bytes(600)}), tmp_path)


def test_number_of_entries_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)

    with pytest.raises(BadInput, match=r"3 entries \(at most 2\)"):
        unpack(zipped({"a": b"", "b": b"", "c": b""}), tmp_path)


def test_small_file_of_zeros_is_no_bomb(tmp_path):
    assert unpack(zipped({"a.bin": bytes(2**20)}), tmp_path) == ["a.bin"]


def test_small_files_of_zeros_together_are_a_bomb(tmp_path):
    data = zipped({f"{number}.bin": bytes(2**20) for number in range(64)})

    with pytest.raises(BadInput, match="a file that grows more than 100 times"):
        unpack(data, tmp_path)

    written = sum(path.stat().st_size for path in (tmp_path / "job").rglob("*.bin"))
    assert written <= archives.FREE_BYTES + archives.MAX_RATIO * len(data) + archives.CHUNK_BYTES


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO, errno.EROFS, errno.EACCES])
def test_machine_that_cannot_write_is_told_apart_from_damage(number, tmp_path, monkeypatch):
    def failing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(archives.os, "utime", failing)

    with pytest.raises(OutOfResources, match=re.escape(os.strerror(number))):
        unpack(GOOD, tmp_path)


def test_folder_that_cannot_be_made_is_told_apart_from_damage(tmp_path):
    (tmp_path / "job").write_bytes(b"a file where the folder should be")

    with pytest.raises(OutOfResources, match="expected to unpack it into the folder for temporary files"):
        unpack(GOOD, tmp_path)


def test_name_that_this_disk_does_not_take_is_the_archives_fault(tmp_path, monkeypatch):
    def failing(*_: object) -> None:
        raise OSError(errno.ENAMETOOLONG, "File name too long")

    monkeypatch.setattr(archives.os, "utime", failing)

    with pytest.raises(BadInput, match="File name too long"):
        unpack(GOOD, tmp_path)


def test_random_damage_is_refused_or_unpacked_and_never_anything_else(tmp_path):
    rng, refusals = random.Random(3), 0  # noqa: S311 - damage, not secrets
    for number in range(400):
        damaged = bytearray(GOOD)
        for _ in range(rng.randrange(1, 5)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        (folder := tmp_path / str(number)).mkdir()
        try:
            unpack(bytes(damaged), folder)
        except BadInput:
            refusals += 1
    assert 0 < refusals < 400
