"""A zipped OBJ on the web becomes a turntable on S3, however often its process is killed on the way.

And however badly S3 behaves: `make faults` repeats it against an S3 that fails by other seeds.
"""

import io
import json
import os
import random
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.s3 import S3Store
from media.digest import sha256_of_file
from media.manifest import Manifest
from media.video.check import read_video
from tests.fakes.https_server import Answer, HttpsServer, https_server
from tests.fakes.s3 import Fault
from tests.faults.runs import ENGINE, LEDGER, ROOT
from tests.faults.test_killed_runs import BETWEEN_WEB_AND_S3
from tests.flows.served import server

FRAMES = 5
CORNERS = "".join(f"v {x} {y} {z}\n" for x in (0, 40) for y in (0, 30) for z in (0, 20))
FACES = "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n"
OBJ = f"mtllib box.mtl\no Box\nusemtl red\n{CORNERS}{FACES}"
MTL = "newmtl red\nKd 0.7 0.05 0.05\n"
FAULTS = (
    Fault("PutObject", answer=(503, "SlowDown")),
    Fault("PutObject", lose_reply=True),
    Fault("PutObject", drop=True),
    Fault("PutObject", damage_upload=True),
    Fault("GetObject", cut_at=100),
    Fault("GetObject", damage_reply=True),
    Fault("HeadObject", answer=(500, "InternalError")),
    Fault("ListObjectsV2", answer=(503, "SlowDown")),
)


SENT_IN_PARTS = 17 * 1024 * 1024
COMMENT = "# " + "-" * 77 + "\n"


@pytest.fixture
def web(tmp_path) -> Iterator[HttpsServer]:
    """A server of the zipped box, large enough to be sent to S3 in parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("model/box.obj", OBJ + COMMENT * (SENT_IN_PARTS // len(COMMENT)))
        archive.writestr("model/box.mtl", MTL)
    with https_server(tmp_path, {"/box.zip": Answer(packed.getvalue())}) as server:
        yield server


class Farm:
    """Runs one job in processes of its own, from the web into a bucket."""

    def __init__(self, web: HttpsServer, s3_store: S3Store, s3, folder: Path) -> None:
        fields = {"width": 48, "height": 48, "samples": 1, "frames": FRAMES}
        self._job = json.dumps({"source": f"{web.address}/box.zip", **fields})
        self._certificate = folder / "certificate.pem"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        (folder / "home").mkdir()
        self._log = folder / "engine.log"
        bucket = s3_store._bucket
        self._environment = os.environ | {
            "AWS_ACCESS_KEY_ID": s3.account.access_key_id,
            "AWS_SECRET_ACCESS_KEY": s3.account.secret_access_key,
            "AWS_DEFAULT_REGION": s3.account.region,
            "RENDERMILL_STORE": f"s3://{bucket.name}/{bucket.prefix}",
            "RENDERMILL_S3_ENDPOINT": s3.address,
            "HOME": str(folder / "home"),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Run the job; returns how it ended and what it said, kept in a file, since a pipe may outlive it."""
        argv = [sys.executable, ENGINE, self._job, "--trust", str(self._certificate), *arguments]
        with self._log.open("w") as log:
            ended = subprocess.run(
                argv, env=self._environment | variables, stdout=log, stderr=subprocess.STDOUT, check=False
            )
        return ended.returncode, self._log.read_text()


@pytest.fixture
def farm(web, s3_store, s3, tmp_path) -> Farm:
    return Farm(web, s3_store, s3, tmp_path)


def assert_holds(store: S3Store, folder: Path) -> None:
    """Check that there is one manifest, that all it promises is there, and that no frame was put twice."""
    (stat,) = [stat for stat in store.list("manifests/") if stat.key.endswith("manifest.json")]
    manifest = Manifest.model_validate_json(store.get(stat.key))
    promised = {o.asset.key: o.asset.sha256 for o in manifest.content.outputs}
    promised |= {frame.key: frame.sha256 for frame in manifest.content.frames}
    assert len(manifest.content.frames) == FRAMES
    for key, digest in promised.items():
        store.fetch(key, folder / "object")
        assert sha256_of_file(folder / "object") == digest, key
    store.fetch(manifest.output("video").asset.key, folder / "video.mp4")
    assert read_video(folder / "video.mp4").frames == FRAMES


def puts_of_frames(s3) -> Counter[str]:
    return Counter(
        asked.target for asked in s3.asked if asked.method == "PUT" and asked.target.endswith(".png")
    )


@pytest.mark.timeout(900)
def test_turntable_from_a_zip_on_the_web_lands_on_s3_though_its_flow_is_killed_twice(
    farm, s3, s3_store, tmp_path
):
    with server(tmp_path / "prefect") as variables:
        prefect = {name: value for name, value in variables.items() if name.startswith("PREFECT_")}
        killed = [
            farm.run("--flow", "--kill-at", at, **prefect) for at in ("frame.after_put", "video.before_put")
        ]
        status, said = farm.run("--flow", **prefect)

    assert [status for status, _ in killed] == [-signal.SIGKILL] * 2, killed
    assert (status, said.splitlines()[-1:]) == (0, ["done"]), said[-2000:]
    assert_holds(s3_store, tmp_path)
    assert set(puts_of_frames(s3).values()) == {1}
    assert len(puts_of_frames(s3)) == FRAMES
    assert not list(farm.temporary.iterdir())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", sorted(BETWEEN_WEB_AND_S3))
def test_run_killed_between_the_web_and_s3_resumes(point, farm, s3_store, tmp_path):
    killed, _ = farm.run("--kill-at", point)
    status, said = farm.run()

    assert killed == -signal.SIGKILL
    assert status == 0, said[-2000:]
    assert_holds(s3_store, tmp_path)
    LEDGER.points.add(point)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 6))])
def test_turntable_is_whole_though_s3_fails_at_random_moments(seed, farm, s3, s3_store, tmp_path):
    chance = random.Random(seed)  # noqa: S311 - no secret
    s3.befall(*(Fault(**{**vars(fault), "after": chance.randrange(6)}) for fault in FAULTS))

    status, said = farm.run()

    assert status == 0, f"seed {seed}: {said[-2000:]}"
    assert_holds(s3_store, tmp_path)
    LEDGER.seeds.add(seed)
