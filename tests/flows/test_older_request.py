"""The older worker's requests at the door, and what their senders read."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed
from pydantic import Field

from blocks.tools import open_tools
from flows import older_request
from flows.command_line import Door, main
from media.deliverables import stored_file
from media.errors import BadInput
from media.footage.container import SOUND, VIDEO, Medium
from media.footage.job import FootageJob
from media.footage.work import Finished, Work
from media.form import PublicAddress
from media.manifest import Result, manifest_key
from media.older.request import OlderRequest, unwrapped
from tasks import older
from tasks.delivery import delivers
from tasks.footage import download_all, find_or_send, publish_footage
from tests.fakes.https_server import Answer, https_server

SECRET = "zx9-secret"  # noqa: S105 - planted
MOV = b"\0\0\0\x14ftypisom\0\0\0\0isom"
WAV = b"RIFF\x24\0\0\0WAVEfmt "


class SoundJob(FootageJob):
    """Stands in for the job that lays a sound under a video."""

    noun: ClassVar[str] = "sound"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO, "audio": SOUND}

    source: PublicAddress = Field(description="Video.")
    audio: PublicAddress = Field(description="Sound.")
    mode: str = Field(default="", description="How.")


@flow(name="add-audio")
@delivers
def add_audio(job: SoundJob) -> Result:
    """Stand in for today's flow: what comes out is what went in."""
    work = download_all(job)
    return find_or_send(work) or publish_footage(work, _made(work))


def _made(work: Work) -> Finished:
    store = open_tools().store
    path = store.root / "made.mp4"  # type: ignore[attr-defined] # a folder
    path.write_bytes(MOV + work.job.model_dump_json().encode())
    return Finished(outputs=(stored_file("video", path, "made.mp4", store),), encoder="libx264")


@pytest.fixture(autouse=True)
def _small_flow(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(older_request, "flow_named", lambda _: add_audio)


@pytest.fixture
def request_here(tmp_path) -> dict[str, str]:
    (tmp_path / "a.mp4").write_bytes(MOV)
    (tmp_path / "a.wav").write_bytes(WAV)
    return {
        "operation": "addaudio",
        "url_video": str(tmp_path / "a.mp4"),
        "url_audio": str(tmp_path / "a.wav"),
        "path": "Project/videos/",
        "output_filename": "video_com_audio.mp4",
        "id_roteiro": "1234",
    }


class Deployments:
    """A server that knows of one deployment."""

    def read_deployment(self, _: UUID) -> SimpleNamespace:
        """Return it."""
        return SimpleNamespace(name="local")


def by_hand(given: object) -> None:
    door = Door(unwrapped, older_request._answered, older_request._refused)
    main(older_request.older_request, OlderRequest, ["--job", json.dumps(given)], door=door)


def test_older_request_in_its_envelope_is_answered_in_its_own_words(request_here, capsys):
    by_hand({"input": request_here})

    answered = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answered["success"], answered["filename"]) == (True, "video_com_audio.mp4")
    assert answered["video_url"].startswith("file:///")
    assert answered["id_roteiro"] == "1234"
    assert answered["stats"]["encoder"] == "libx264"


def test_failure_is_answered_too_and_is_an_exit_code(request_here, tmp_path, capsys):
    (tmp_path / "a.wav").write_bytes(b"<html>log in</html>")

    with pytest.raises(SystemExit) as ended:
        by_hand(request_here)

    answered = json.loads(capsys.readouterr().out)
    assert answered["success"] is False
    assert "a.wav: expected a sound" in answered["message"]
    assert answered["id_roteiro"] == "1234"
    assert str(ended.value.code).startswith("BadInput: a.wav")


def test_request_that_is_none_is_answered(capsys):
    with pytest.raises(SystemExit):
        by_hand({"operation": "dance"})

    assert json.loads(capsys.readouterr().out)["success"] is False


def test_presigned_addresses_are_staged_before_anything_is_kept(tmp_path, monkeypatch, capsys, seen):
    with https_server(tmp_path, {"/a.mp4": Answer(MOV), "/a.wav": Answer(WAV)}) as server:
        monkeypatch.setattr("flows.command_line.open_access", lambda: server.access)
        by_hand(
            {
                "url_video": f"{server.address}/a.mp4?X-Amz-Signature={SECRET}",
                "url_audio": f"{server.address}/a.wav?X-Amz-Signature={SECRET}",
                "output_filename": "x.mp4",
            }
        )

    assert SECRET not in capsys.readouterr().out
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert seen


def test_page_shows_the_answer_with_addresses_in_the_store(request_here, seen):
    state = older_request.older_request(OlderRequest.model_validate(request_here), return_state=True)

    shown = {one.key: one for one in seen.artifacts(state.state_details.flow_run_id)}
    (page,) = [one for key, one in shown.items() if key.startswith("answer-")]
    assert '"success": true' in page.data


def test_today_s_job_that_cannot_be_is_a_sentence(monkeypatch, request_here):
    monkeypatch.setattr(older_request.older, "longest_links", lambda: 1000)

    with pytest.raises(BadInput, match=r"link_hours: .*less than or equal to 168, found 1000"):
        older_request.older_request(OlderRequest.model_validate(request_here))


def test_refused_pictures_are_answered_with_their_number(capsys):
    def refuse(_: OlderRequest) -> Result:
        raise BadInput("a.jpg: expected a picture, found none")

    picture = {"id": "1", "image_url": "a.jpg", "duracao": 2}
    given = json.dumps({"images": [picture, picture], "id_roteiro": 77})
    with pytest.raises(SystemExit):
        main(refuse, OlderRequest, ["--job", given], door=Door(unwrapped, refused=older_request._refused))

    answered = json.loads(capsys.readouterr().out)
    assert (answered["success"], answered["id_roteiro"]) == (False, "77")
    assert (answered["videos"], answered["total"], answered["processed"]) == ([], 2, 0)


def test_run_that_began_anew_waits_for_the_one_that_it_sent_before(request_here, monkeypatch):
    """The dead run's child goes on; what it makes is the answer, and no second one is sent."""
    run = FlowRun(flow_id=uuid4(), deployment_id=uuid4(), run_count=2, name="quiet-fox")
    sent = FlowRun(flow_id=uuid4(), name="quiet-fox-add-audio")
    job = SoundJob(source=request_here["url_video"], audio=request_here["url_audio"])
    asked: list[str] = []

    def ends(run_id: UUID) -> FlowRun:
        assert run_id == sent.id
        add_audio(job.model_copy(update={"idempotency_key": f"older-request {run.id}"}))
        return sent.model_copy(update={"state": Completed()})

    monkeypatch.setattr(older, "FlowRunContext", SimpleNamespace(get=lambda: SimpleNamespace(flow_run=run)))
    monkeypatch.setattr(older, "get_client", lambda **_: nullcontext(Deployments()))
    monkeypatch.setattr(older, "sent_and_not_ended", lambda flow: asked.append(flow) or [sent])
    monkeypatch.setattr(older, "end_of", ends)
    monkeypatch.setattr(older, "run_elsewhere", lambda *_: pytest.fail("a second run was sent"))

    result = older.sent_elsewhere("add-audio", job)

    assert result
    assert asked == ["add-audio"]
    assert open_tools().store.stat(manifest_key(result.job))
