"""A turntable rendered in a container of our image: a real engine, Prefect's Docker worker, S3 on loopback.

`make test-docker`. The image is built as its users build it; where no registry can be reached, on a base that
debootstrap makes.
"""

from pathlib import Path

import pytest
from prefect.client.schemas.actions import DeploymentUpdate

from media.code_version import code_version
from tests.conftest import ROOT
from tests.docker.engine import docker
from tests.docker.place import RUN_S, Place, command

pytestmark = pytest.mark.docker

TURNTABLE = "render-turntable/docker"
TINY = {"width": 64, "height": 64, "samples": 1, "frames": 2, "denoise": False, "detail": "coarse"}


@pytest.fixture(scope="module")
def source(place: Place, bearing_step: Path) -> str:
    """The address of a part in the store."""
    python = str(ROOT / ".venv" / "bin" / "python")
    put = command(python, "-m", "flows.put_source", str(bearing_step), env=place.env, within_s=120)
    assert put.returncode == 0, put.stderr
    return put.stdout.split()[-1]


def test_image_is_named_by_its_content_is_not_roots_and_has_the_code_of_this_checkout(place):
    ask = "from infra.images import version as v; print(v.code_version(v.ROOT))"
    script = f"id --user --name; python -c '{ask}'; ffmpeg -hide_banner -encoders | grep --count h264_nvenc"

    said = docker(place.env, "run", "--rm", "--network=host", place.image, "sh", "-c", script, within_s=RUN_S)

    assert place.image.startswith("sha256:")
    assert said.split() == ["rendermill", code_version(ROOT), "1"]


def test_turntable_is_rendered_in_a_container_that_is_gone_afterwards(place, source):
    run = place.run(TURNTABLE, source=source, **TINY)

    manifests = [found.key for found in place.store.list("manifests/")]
    assert (run.state.name, run.work_pool_name) == ("Completed", "docker"), run.state.message
    assert len(manifests) == 1
    place.expect_no_containers()


def test_container_of_other_code_renders_nothing(place, source):
    made_id = place.client.read_deployment_by_name("render-turntable/docker").id
    place.client.update_deployment(made_id, DeploymentUpdate(version="code-0123456789abcdef"))

    run = place.run(TURNTABLE, source=source, **TINY)

    assert run.state.name == "Failed"
    assert "expected code-0123456789abcdef, found code-" in run.state.message
    place.expect_no_containers()
