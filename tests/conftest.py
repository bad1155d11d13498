"""What many tests share: a small CAD file, a store of one's own, a Prefect server for the session."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from blocks.tools import open_tools
from infra.s3 import S3Store, make_client
from media.errors import Retry
from media.process import can_confine
from media.tools import Tools
from tests.fakes.s3 import S3Server, outside_account, s3_server

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch of tests/golden; pytest takes switches only from the topmost conftest."""
    parser.addoption("--write-golden", action="store_true", help="write the golden results anew")
    parser.addoption("--seed", type=int, help="what test_forty_runs.py draws its bad day from")
    parser.addoption(
        "--s3-endpoint", metavar="URL", help="another S3, as http://ID:SECRET@host, for test_store.py"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the farms of tests/rental, which take minutes: last, they would run alone."""
    items.sort(key=lambda item: item.path.parent.name != "rental" or item.path.parents[1].name != "tests")


@pytest.fixture(scope="session")
def bearing_step(tmp_path_factory) -> Path:
    """The example bearing: 140 parts, 11 distinct, as STEP AP214 in millimetres."""
    path = tmp_path_factory.mktemp("bearing") / "bearing.step"
    subprocess.run(
        [sys.executable, ROOT / "examples" / "bearing.py", path], check=True, stdout=subprocess.DEVNULL
    )
    return path


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Tools:
    """This machine's Blender and ffmpeg on an empty store."""
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    return open_tools()


class Children:
    """Counts the child processes that this process starts while it is listening."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self._listening = False
        sys.addaudithook(self._hear)  # hooks cannot be removed, so this one is told when to listen

    @contextmanager
    def counted(self) -> Iterator[list[list[str]]]:
        """Collect the commands of the children that are started within the block."""
        self.commands = []
        self._listening = True
        try:
            yield self.commands
        finally:
            self._listening = False

    def _hear(self, event: str, details: tuple[object, ...]) -> None:
        if event == "subprocess.Popen" and self._listening:
            self.commands.append([str(part) for part in details[1]])  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _machine_is_asked() -> None:
    """Start the children that find out what it forbids them now, not where a test counts children."""
    can_confine()


@pytest.fixture(scope="session")
def children() -> Children:
    """A counter of child processes."""
    return Children()


@pytest.fixture(scope="session")
def s3_for_all() -> Iterator[S3Server]:
    """One S3 for the session; `s3` hands it on with an empty script."""
    with s3_server() as server:
        yield server


@pytest.fixture
def s3(s3_for_all) -> S3Server:
    """An S3 on loopback that nobody has told to break yet."""
    s3_for_all.forget()
    return s3_for_all


@pytest.fixture
def s3_store(request) -> Iterator[S3Store]:
    """An empty store in a new bucket of ours, or of the S3 that `--s3-endpoint` names."""
    outside = request.config.getoption("--s3-endpoint")
    account = outside_account(outside) if outside else request.getfixturevalue("s3").account
    client = make_client(account)
    bucket = f"test-{uuid4().hex[:20]}"
    client.create_bucket(Bucket=bucket)
    yield S3Store(bucket, "some/prefix", client, retry=Retry(times=4, wait_s=0.01))
    client.close()
