"""The stand-in for RunPod with pods that are processes, behind a real port."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes.runpod.clock import RealClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.faults import Fate, Fault
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.server import Server, served
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import process_body
from tests.processes import is_alive, wait_until_gone

ROOT = Path(__file__).resolve().parents[3]
GPU = {"id": "NVIDIA L4", "count": 1}
SPEED = 20.0
PATIENCE_S = 20.0
# A command that starts a child in a session of its own, as Prefect's engine is, and tells both process ids.
WITH_CHILD = """
import os, subprocess, sys, time
argv = [sys.executable, "-c", "import time; time.sleep(600)"]
child = subprocess.Popen(argv, start_new_session=True, env={})
print("pids", os.getpid(), child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def news() -> list[str]:
    return []


@pytest.fixture
def runpod(tmp_path, news) -> Iterator[Server]:
    def tell(pod: Pod, what: str) -> None:
        news.append(f"{pod.name} {what}")

    settings = Settings(store=tmp_path, provision_s=0.1, pull_s=0.1)
    cloud = Cloud(RealClock(SPEED), settings, make_body=process_body, tell=tell)
    with served(cloud) as server:
        yield server


@pytest.fixture
def client(runpod) -> Iterator[httpx.Client]:
    key = {"Authorization": f"Bearer {runpod.cloud.key}"}
    with httpx.Client(base_url=runpod.address, headers=key, trust_env=False) as client:
        yield client


def rent(client: httpx.Client, *argv: str, **more: object) -> str:
    order = {"name": "test-1", "image": "example/image", "gpu": GPU, "cmd": list(argv), "entrypoint": []}
    reply = client.post("/v2/pods", json=order | more)
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


def line(client: httpx.Client, pod_id: str, begins: str, count: int = 1) -> str:
    """Wait for the pod's `count`-th line that begins so, by listening to its log."""
    path = f"/v2/pods/{pod_id}/logs"
    with client.stream("GET", path, params={"source": "container"}, timeout=PATIENCE_S) as stream:
        for frame in stream.iter_lines():
            if frame.startswith("data: "):
                text = json.loads(frame.removeprefix("data: "))["line"]
                count -= text.startswith(begins)
                if not count:
                    return text
    raise AssertionError(f"the log ended without {begins}")


def until_stopped(pid: int) -> None:
    """Return as soon as a process stands still."""
    deadline = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline
        time.sleep(0.01)  # the kernel tells only parents


def until_gone(client: httpx.Client, pod_id: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while client.get(f"/v2/pods/{pod_id}").status_code != 404:
        assert time.monotonic() < deadline
        time.sleep(0.02)  # a client of the API can only ask again


def test_command_finds_what_runpod_puts_into_its_environment(runpod, client) -> None:
    runpod.cloud.state.account.secrets["store_key"] = "obviously-fake"
    client.put("/v2/account/ssh-keys", json={"keys": ["ssh-ed25519 AAAAFAKE nobody"]}).raise_for_status()
    told = "import json, os, time; print('env', json.dumps({**os.environ}), flush=True); time.sleep(99)"
    env = {"STORE_KEY": "{{ RUNPOD_SECRET_store_key }}", "A": "b"}
    pod = rent(client, sys.executable, "-c", told, env=env, startSsh=True)
    found = json.loads(line(client, pod, "env").removeprefix("env "))
    assert found["STORE_KEY"] == "obviously-fake"
    assert found["PUBLIC_KEY"] == "ssh-ed25519 AAAAFAKE nobody"
    assert (found["A"], found["RUNPOD_POD_ID"], found["RUNPOD_GPU_COUNT"]) == ("b", pod, "1")
    assert {"RUNPOD_DC_ID", "RUNPOD_CPU_COUNT", "RUNPOD_API_KEY", "TMPDIR", "HOME", "PATH"} <= found.keys()
    assert client.get(f"/v2/pods/{pod}").json()["env"] == env


def test_process_that_exits_is_started_again_on_the_same_layer(runpod, client) -> None:
    script = 'echo "start $(ls $TMPDIR | wc -l)"; touch $TMPDIR/$$; exit 3'
    pod = rent(client, "-c", script, entrypoint=["/bin/sh"])
    assert line(client, pod, "start", 1) == "start 0"
    assert line(client, pod, "start", 3) == "start 2"
    assert client.get(f"/v2/pods/{pod}").json()["status"] == "RUNNING"
    assert runpod.cloud.ever[pod].restarts >= 2


@pytest.mark.parametrize("end", ["delete", "lose", "restart", "delete in console", "end"])
def test_nothing_of_a_container_is_left(runpod, client, end) -> None:
    pod = rent(client, sys.executable, "-c", WITH_CHILD)
    command, child = (int(word) for word in line(client, pod, "pids").split()[1:])
    assert is_alive(command)
    assert is_alive(child)
    match end:
        case "delete":
            assert client.delete(f"/v2/pods/{pod}").status_code == 204
            until_gone(client, pod)
        case "lose":
            runpod.cloud.lose_host(pod)
        case "restart":
            runpod.cloud.restart_container(pod)
        case "delete in console":
            runpod.cloud.delete_in_console(pod)
        case "end":
            runpod.cloud.end()
    wait_until_gone(command)
    wait_until_gone(child)


def test_child_that_outlives_its_command_ends_with_it(client) -> None:
    leaves = WITH_CHILD.rpartition("time.sleep")[0]
    pod = rent(client, sys.executable, "-c", leaves)
    _, command, child = line(client, pod, "pids").split()
    wait_until_gone(int(command))
    wait_until_gone(int(child))


def test_sigterm_reaches_the_command_which_has_its_grace(client, tmp_path) -> None:
    farewell = "sleep 0.1; echo goodbye >$TMPDIR/said; exit 0"
    script = f"trap '{farewell}' TERM; echo pid $$; while :; do sleep 0.05; done"
    pod = rent(client, "-c", script, entrypoint=["/bin/sh"])
    pid = int(line(client, pod, "pid").split()[1])
    client.delete(f"/v2/pods/{pod}")
    wait_until_gone(pid)
    assert (tmp_path / "pods" / pod / "tmp" / "said").read_text() == "goodbye\n"


def test_command_that_does_not_listen_is_killed_after_its_grace(client) -> None:
    pod = rent(client, "-c", "trap '' TERM; echo pid $$; while :; do sleep 1; done", entrypoint=["/bin/sh"])
    pid = int(line(client, pod, "pid").split()[1])
    client.delete(f"/v2/pods/{pod}")
    wait_until_gone(pid)


def test_pod_may_end_itself_with_its_own_key(runpod, client) -> None:
    script = (
        "import os, urllib.request as u; r = u.Request(os.environ['API'] + '/v2/pods/' + "
        "os.environ['RUNPOD_POD_ID'], method='DELETE', headers={'Authorization': 'Bearer ' + "
        "os.environ['RUNPOD_API_KEY']}); u.urlopen(r); __import__('time').sleep(600)"
    )
    pod = rent(client, sys.executable, "-c", script, env={"API": runpod.address})
    until_gone(client, pod)


def test_pod_that_hangs_still_runs_as_far_as_anybody_is_told(runpod, client) -> None:
    pod = rent(client, sys.executable, "-c", WITH_CHILD)
    command = line(client, pod, "pids").split()[1]
    runpod.cloud.hang(pod)
    until_stopped(int(command))
    assert client.get(f"/v2/pods/{pod}").json()["status"] == "RUNNING"
    runpod.cloud.lose_host(pod)
    wait_until_gone(int(command))


def test_preempted_pod_is_told_then_killed_then_gone(runpod, client) -> None:
    script = "trap 'echo told' TERM; echo pid $$; while :; do sleep 0.05; done"
    pod = rent(client, "-c", script, entrypoint=["/bin/sh"])
    pid = int(line(client, pod, "pid").split()[1])
    runpod.cloud.preempt(pod, notice_s=40)
    assert line(client, pod, "told") == "told"
    wait_until_gone(pid)
    until_gone(client, pod)


def test_command_that_is_not_there_is_tried_again_and_again(runpod, client) -> None:
    pod = rent(client, "/no/such/command")
    assert line(client, pod, "exec", 2) == "exec /no/such/command: No such file or directory"
    assert client.get(f"/v2/pods/{pod}").json()["status"] == "RUNNING"
    assert runpod.cloud.ever[pod].restarts >= 1


def test_log_ends_when_the_pod_is_gone(client) -> None:
    pod = rent(client, "sh", "-c", "echo ready; sleep 600")
    line(client, pod, "ready")
    path = f"/v2/pods/{pod}/logs"
    with client.stream("GET", path, timeout=PATIENCE_S) as stream:
        client.delete(f"/v2/pods/{pod}")
        assert any('"line":"ready"' in frame for frame in list(stream.iter_lines()))


def test_connection_ends_as_a_fault_says(runpod, client) -> None:
    runpod.cloud.befall(Fate(stuck="PROVISIONING"), Fault("createPod", lose_reply=True))
    with pytest.raises(httpx.RemoteProtocolError):
        rent(client, "sleep", "600")
    (pod,) = client.get("/v2/pods").json()["pods"]
    runpod.cloud.befall(Fault("getPod", cut_at=10), Fault("listPods", html=502))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"/v2/pods/{pod['id']}")
    assert "502 Bad Gateway" in client.get("/v2/pods").text


def test_person_may_lose_a_pod_in_words(client, news) -> None:
    rent(client, "sleep", "600")
    assert " test-1 " in client.post("/sim/pods").json()["said"]
    assert client.post("/sim/lose/test-1").json()["said"].endswith("done")
    assert client.get("/v2/pods").json()["pods"] == []
    assert client.post("/sim/lose/test-1").json()["said"].startswith("lose test-1: ")
    assert client.post("/sim/dance").json()["said"].startswith("pods | lose POD")
    assert client.post("/sim/balance").json()["said"].startswith("$99.9")
    assert "test-1 is lost with its host" in news


def test_stand_in_takes_its_pods_along_however_it_dies(tmp_path) -> None:
    options = ["--port", "0", "--store", str(tmp_path), "--speed", "20"]
    command = [sys.executable, "-m", "tests.fakes.runpod", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        words = dict(word.split("=", 1) for word in process.stdout.readline().split())
        key = {"Authorization": f"Bearer {words['RUNPOD_API_KEY']}"}
        with httpx.Client(base_url=words["RUNPOD_API_BASE_URL"], headers=key, trust_env=False) as client:
            pod = rent(client, sys.executable, "-c", WITH_CHILD)
            pids = [int(word) for word in line(client, pod, "pids").split()[1:]]
        process.kill()
    for pid in pids:
        wait_until_gone(pid)


def test_stand_in_ends_with_its_input(tmp_path) -> None:
    command = [sys.executable, "-m", "tests.fakes.runpod", "--port", "0", "--store", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, input="pods\nstock NVIDIA L4 3\n", capture_output=True, text=True, check=True
    )
    first, *rest = done.stdout.splitlines()
    assert first.startswith("RUNPOD_API_BASE_URL=http://127.0.0.1:")
    assert rest == ["no pod lives", "NVIDIA L4: 3 free in each place"]


def test_many_pods_end_with_the_stand_in(tmp_path) -> None:
    cloud = Cloud(RealClock(SPEED), Settings(store=tmp_path, pull_s=0), make_body=process_body)
    with served(cloud) as server:
        key = {"Authorization": f"Bearer {cloud.key}"}
        with httpx.Client(base_url=server.address, headers=key, trust_env=False) as client:
            pods = [rent(client, "sh", "-c", "echo pid $$; sleep 600") for _ in range(5)]
            pids = [int(line(client, pod, "pid").split()[1]) for pod in pods]
    assert not any(map(is_alive, pids))
