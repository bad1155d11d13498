"""A stranger's shot rendered in chunks in containers of our image: cleaned, and so by confined children."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.work_pools.docker import CONTAINER
from media.frame_list import numbers_in
from media.manifest import Manifest
from media.video.check import read_video
from tests.conftest import ROOT
from tests.docker.engine import docker
from tests.docker.place import RUN_S, Place, made
from tests.flows.served import PREFECT, process, sent_by

pytestmark = pytest.mark.docker

ANIMATION = "render-animation/local"
FRAMES, CHUNK = 8, 4
PILOT = (1, 5, 8)
SHOT = {"blend": "cleaned", "width": 64, "height": 36, "samples": 1, "denoise": "off", "chunk": CHUNK}
ASK = "from media.process import refusal_to_confine as why; print(why() or 'confined')"
LANDLOCK = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")


@pytest.fixture(scope="module")
def shot_zip(tmp_path_factory) -> Path:
    """The example shot."""
    folder = tmp_path_factory.mktemp("shot")
    argv = [sys.executable, ROOT / "examples" / "shot.py", folder, "--frames", str(FRAMES)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return folder / "shot.zip"


@pytest.fixture
def control(place: Place, tmp_path) -> Iterator[None]:
    """A worker on this machine, where animations are planned, and the deployment that people call."""
    made(sys.executable, "-m", "infra.work_pools.local", env=place.env)
    made(PREFECT, "--no-prompt", "deploy", "--name", ANIMATION, env=place.env)
    argv = [PREFECT, "worker", "start", "--pool", "local"]
    with process(argv, place.env, tmp_path / "control.log"):
        yield


@pytest.mark.usefixtures("control")
def test_cleaned_shot_is_rendered_in_chunks_in_containers(place, shot_zip, tmp_path):
    run = place.run(ANIMATION, source=str(shot_zip), deployment="docker", **SHOT)

    assert run.state.is_completed(), run.state.message
    sent = sent_by(place.client, run)
    assert {(one.work_pool_name, one.state.name) for one in sent} == {("docker", "Completed")}
    rendered = {numbers_in(one.parameters["job"]["frames"]) for one in sent}
    assert (PILOT in rendered, len(rendered)) == (True, 3)
    (manifest,) = (
        Manifest.model_validate_json(place.store.get(found.key))
        for found in place.store.list("manifests/")
        if json.loads(place.store.get(found.key))["content"]["noun"] == "animation"
    )
    assert [frame.number for frame in manifest.content.frames] == list(range(1, FRAMES + 1))
    place.store.fetch(manifest.output("video").asset.key, tmp_path / "video.mp4")
    assert read_video(tmp_path / "video.mp4").frames == FRAMES
    place.expect_no_containers()


def test_container_as_the_pool_makes_it_confines_readers_and_one_without_landlock_says_so(place, tmp_path):
    profile = tmp_path / "profile.json"
    forbidden = {"names": LANDLOCK, "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [forbidden]}))

    usual = _ask(place)
    without = _ask(place, "--security-opt", f"seccomp={profile}")

    assert usual == "confined"
    assert without.endswith("no Landlock (Operation not permitted)")


def _ask(place: Place, *options: str) -> str:
    """Ask a container, as its image's user and under the pool's rules, whether it can confine readers."""
    rules = [f"--cap-drop={CONTAINER['cap_drop'][0]}", f"--security-opt={CONTAINER['security_opt'][0]}"]
    argv = ["run", "--rm", "--network=host", *rules, *options, place.image, "python", "-c", ASK]
    return docker(place.env, *argv, within_s=RUN_S).splitlines()[-1]
