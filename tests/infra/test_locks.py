"""The committed locks: hashed, complete, agreeing, and naming neither an index nor anybody's machine."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = sorted(FOLDER.glob("*.lock"))
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?$")
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z0-9,-]+\])?==(\S+) \\$")


def pins(lock: str) -> dict[str, str]:
    """Return version by name; refuse a line that is no pin, hash or comment, and a pin without a hash."""
    found: dict[str, str] = {}
    hashes = 1
    for line in lock.splitlines():
        if match := PIN.match(line):
            assert hashes, f"{list(found)[-1]} has no hash"
            found[match[1]], hashes = match[2], 0
        elif HASH.match(line):
            hashes += 1
        else:
            assert re.match(r" *#", line), f"neither a pin nor a hash: {line!r}"
    assert hashes, f"{list(found)[-1]} has no hash"
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_with_a_hash(lock: Path) -> None:
    assert pins(lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_no_host_and_no_folder_is_named(lock: Path) -> None:
    named = re.findall(r"\S*://\S*|(?<!\S)/\S+|--(?:extra-)?index\S*|--find-links\S*", lock.read_text())
    assert named == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_lock_has_its_wishes_beside_it(lock: Path) -> None:
    names = re.findall(r"^([a-z0-9][a-z0-9-]*)", lock.with_suffix(".in").read_text().lower(), re.MULTILINE)
    assert names
    assert set(names) <= set(pins(lock.read_text()))


def test_developing_agrees_with_running() -> None:
    base, dev = (pins((FOLDER / name).read_text()) for name in ("base.lock", "dev.lock"))
    assert base.items() <= dev.items()


def test_what_builds_the_editable_install_is_locked() -> None:
    assert "setuptools" in pins((FOLDER / "base.lock").read_text())


@pytest.mark.parametrize(
    "line",
    ["requests==2.0", "requests>=2 \\", "-e .", "https://example.com/x.whl", "requests==2.0 \\\n    # via x"],
)
def test_a_requirement_without_a_hash_is_refused(line: str) -> None:
    with pytest.raises(AssertionError):
        pins(line + "\nzlib==1 \\\n    --hash=sha256:" + "0" * 64)
