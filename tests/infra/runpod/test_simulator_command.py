"""The stand-in as `make runpod-sim` starts it: what it tells, its bucket, the secrets of its account."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.s3 import S3Account, make_client

ROOT = Path(__file__).parents[3]
SECRETS = ("mine", "another", "aws_access_key_id")
PATIENCE_S = 20.0


@pytest.fixture
def told(tmp_path) -> Iterator[dict[str, str]]:
    """What a stand-in with a bucket and a secret tells at its start."""
    options = ["--port", "0", "--store", str(tmp_path), "--bucket", "parts", "--secret", "mine=fake=1"]
    command = [sys.executable, "-m", "tests.fakes.runpod", *options, "--speed", "20"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = [process.stdout.readline(), process.stdout.readline()]
        yield dict(word.split("=", 1) for line in lines for word in line.split())
        process.communicate()


@pytest.fixture
def client(told) -> Iterator[httpx.Client]:
    """A client with the key that it told."""
    key = {"Authorization": f"Bearer {told['RUNPOD_API_KEY']}"}
    with httpx.Client(base_url=told["RUNPOD_API_BASE_URL"], headers=key, trust_env=False) as connected:
        yield connected


def test_a_shell_can_read_what_it_told(told, tmp_path):
    script = f". {tmp_path}/variables; env -0"
    said = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, text=True, check=True)
    assert told.items() <= dict(pair.split("=", 1) for pair in said.stdout.split("\0") if pair).items()


def test_its_bucket_opens_to_the_credentials_that_it_told(told):
    credentials = told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"]
    s3 = make_client(S3Account(told["RENDERMILL_S3_ENDPOINT"], told["RENDERMILL_S3_REGION"], *credentials))
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["parts"]
    assert told["RENDERMILL_STORE"] == "s3://parts"
    s3.close()


def test_pods_get_the_secrets_of_the_command_line_of_the_console_and_of_the_bucket(told, client):
    said = client.post("/sim/secret/another/2").json()["said"]
    order = {
        "name": "one",
        "image": "example/image",
        "gpu": {"id": "NVIDIA L4", "count": 1},
        "env": {name: f"{{{{ RUNPOD_SECRET_{name} }}}}" for name in SECRETS},
        "entrypoint": ["sh", "-c"],
        "cmd": ["echo got $mine $another $aws_access_key_id; sleep 600"],
    }
    pod = client.post("/v2/pods", json=order).json()["id"]
    params = {"source": "container"}
    with client.stream("GET", f"/v2/pods/{pod}/logs", params=params, timeout=PATIENCE_S) as log:
        heard = next(line for line in log.iter_lines() if "got " in line)
    assert said == "another is a secret of the account"
    assert f"got fake=1 2 {told['AWS_ACCESS_KEY_ID']}" in heard


def test_a_secret_without_a_value_is_refused():
    command = [sys.executable, "-m", "tests.fakes.runpod", "--secret", "mine"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "expected NAME=VALUE" in done.stderr
