"""A source in the store before any run is made, and doors that keep what is secret about its address."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from flows import put_source
from flows.command_line import read_job
from media import source, staging
from media.address import is_public, public_part
from media.errors import BadInput
from media.job import GeometryJob, StillJob, TurntableJob
from media.store import FolderStore
from tests.conftest import ROOT
from tests.fakes.https_server import Answer, https_server

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"
DIGEST = hashlib.sha256(STEP).hexdigest()
SECRET = "not-a-real-secret"  # noqa: S105 - the point of it
PRIVATE = [
    f"https://example.com/part.step?X-Amz-Signature={SECRET}",
    f"https://user:{SECRET}@example.com/part.step",
    f"https://{SECRET}@example.com/part.step",
    f"https://example.com/part.step#Authorization:{SECRET}",
    f"HTTPS://example.com/part.step?{SECRET}",
    f" https://example.com/part.step?{SECRET}",
    f"https://example.com?{SECRET}",
    f"s3://KEY:{SECRET}@parts/part.step",
    f"\u00a0https://example.com/part.step?X-Amz-Signature={SECRET}",
    f"\u0085https://example.com/part.step?{SECRET}",
    f"\u200b\ufeffhttps://user:{SECRET}@example.com/part.step",
    f"\u3000s3://KEY:{SECRET}@parts/part.step",
    f"https:/example.com/part.step?{SECRET}",
    f"https:///user:{SECRET}@example.com/part.step",
    f"https:user:{SECRET}@example.com/part.step",
    f"HTTPS:example.com/part.step#{SECRET}",
    f"//user:{SECRET}@example.com/part.step",
    f"\u2028//example.com/part.step?{SECRET}",
]
PUBLIC = [
    "https://example.com/part.step",
    "https://example.com:8443/a/@b/c%20d.step",
    "part.step",
    "/data/what?/50%#1.step",
    "user@host/part.step",
    "file:///data/part.step",
    f"store:{DIGEST}/part.step",
    "M8:bolt#2.step",
    "K\u00e4fig?/M8:bolt#2.step",
    "\u00a0https://example.com/part.step",
    "https:/example.com/part.step",
]


@pytest.fixture
def store(tmp_path, monkeypatch) -> FolderStore:
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    return FolderStore(tmp_path / "store")


def test_file_is_stored_and_its_address_is_the_last_line_alone(store, tmp_path, capsys):
    (tmp_path / "Käfig 7.step").write_bytes(STEP)

    put_source.main([str(tmp_path / "Käfig 7.step")])

    assert capsys.readouterr().out == f"store:{DIGEST}/Käfig 7.step\n"
    assert source.download_model(f"store:{DIGEST}/Käfig 7.step", store).asset.sha256 == DIGEST


def test_make_put_takes_a_name_with_all_kinds_of_signs(store, tmp_path):
    name = 'it\'s a "part" & more; `x` (1).step'
    (tmp_path / name).write_bytes(STEP)
    python = f"PY={sys.executable}"  # and nothing is installed on the way
    command = ["make", "-s", "put", f"FILE={tmp_path / name}", python, "--old-file=.venv/.locks-installed"]

    finished = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )

    assert finished.stdout.splitlines()[-1:] == [f"store:{DIGEST}/{name}"], finished.stderr
    assert list(store.list("sources/"))


@pytest.mark.parametrize(("name", "clean"), [(b"a\n\x1b[31mb.step", "a[31mb.step"), (b"\xff.step", ".step")])
def test_name_that_no_line_can_hold_is_printed_as_one_clean_line(store, tmp_path, name, clean):
    (tmp_path / os.fsdecode(name)).write_bytes(STEP)
    command = [sys.executable, "-m", "flows.put_source", tmp_path / os.fsdecode(name)]

    finished = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)

    assert finished.stdout.decode() == f"store:{DIGEST}/{clean}\n", finished.stderr
    assert list(store.list("sources/"))


@pytest.mark.parametrize(
    ("file", "sentence"), [("/no/such.step", "BadInput: /no/such.step: expected a file"), ("", "")]
)
def test_file_that_is_not_there_is_an_exit_code_and_a_sentence(store, capsys, file, sentence):
    with pytest.raises(SystemExit) as ended:
        put_source.main([file])

    assert str(ended.value.code).startswith(sentence)
    assert capsys.readouterr().out == ""
    assert not list(store.list("sources/"))


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("model", [GeometryJob, StillJob, TurntableJob])
def test_job_refuses_an_address_that_may_hold_a_secret_and_does_not_say_it_again(model, address):
    with pytest.raises(ValueError, match="make put FILE=ADDRESS") as raised:
        model(source=address)

    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("address", PUBLIC)
def test_job_takes_paths_and_addresses_that_anybody_may_read(address):
    assert GeometryJob(source=address).source == address


def test_what_keeps_the_parameters_of_a_run_judges_by_the_same_rule():
    script = """
const [pattern, addresses] = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(addresses.map(address => new RegExp(pattern, "u").test(address))));
"""
    schema = GeometryJob.model_json_schema()["properties"]["source"]
    if not (node := shutil.which("node")):
        pytest.skip("no JavaScript is installed here")
    asked = json.dumps([schema["pattern"], [*PRIVATE, *PUBLIC]])

    answered = subprocess.run([node, "-e", script], input=asked, capture_output=True, text=True, check=True)

    assert json.loads(answered.stdout) == [False] * len(PRIVATE) + [True] * len(PUBLIC)


@pytest.mark.parametrize("address", PRIVATE)
def test_public_part_of_an_address_is_public(address):
    assert SECRET not in public_part(address)
    assert is_public(public_part(address))


def test_command_line_stages_a_source_whose_address_is_secret(store, tmp_path, monkeypatch):
    with https_server(tmp_path, {"/part.step": Answer(STEP)}) as server:
        monkeypatch.setattr("flows.command_line.open_access", lambda: server.access)
        address = f"{server.address}/part.step?X-Amz-Signature={SECRET}"

        job = read_job(json.dumps({"source": address, "detail": "fine"}), GeometryJob)

    assert job == GeometryJob(source=f"store:{DIGEST}/part.step", detail="fine")
    assert list(store.list("sources/"))


@pytest.mark.parametrize("address", PRIVATE[:4])
def test_command_line_downloads_nothing_for_a_job_that_is_wrong_otherwise(store, address, monkeypatch):
    monkeypatch.setattr(staging, "taken_in", None)

    with pytest.raises(BadInput, match=r"frames: .*greater than or equal to 1") as raised:
        read_job(json.dumps({"source": address, "frames": 0}), TurntableJob)

    assert SECRET not in str(raised.value)
    assert not list(store.list("sources/"))


def test_text_that_is_no_json_is_not_said_again():
    with pytest.raises(BadInput, match="expected JSON") as raised:
        read_job(f'{{"source": "{PRIVATE[0]}"', GeometryJob)

    assert SECRET not in str(raised.value)
    assert sys.exc_info() == (None, None, None)
