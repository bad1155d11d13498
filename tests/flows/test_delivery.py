"""What a flow over footage tells of its end, as a receiver and the run's page see it."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from typing import Any, ClassVar

import pytest
from prefect import Flow, flow
from prefect.blocks.system import Secret
from prefect.states import Failed
from pydantic import Field

import flows
from blocks.tools import open_tools
from blocks.webhooks import webhook_secret
from media.deliverables import stored_file
from media.errors import BadInput, OutOfResources
from media.footage.container import VIDEO, Medium
from media.footage.job import FootageJob
from media.footage.work import Finished, Work
from media.form import PublicAddress
from media.manifest import Result
from tasks.delivery import delivers
from tasks.footage import download_all, find_or_send, publish_footage
from tasks.lifeline import gives_sign_of_life
from tasks.media_task import media_task
from tests.fakes.https_server import Answer, HttpsServer, https_server

SECRET = "a-secret-of-more-than-24-bytes"  # noqa: S105 - planted
MOV = b"\0\0\0\x14ftypisom\0\0\0\0isom"
THANKS = Answer(status=204, length=False)


class CopyJob(FootageJob):
    """Copy a video."""

    noun: ClassVar[str] = "copy"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO}

    source: PublicAddress = Field(description="Video.")
    name: str = Field(default="", description="Another name asks for another copy; `bad` for none.")


@media_task
def copied(work: Work) -> Finished:
    """Store the video once more."""
    job = work.job
    if isinstance(job, CopyJob) and job.name == "bad":
        raise BadInput(
            "a.mp4: expected a video, found https://x.test/a?X-Amz-Signature=zx9-link; send another"
        )
    if isinstance(job, CopyJob) and job.name == "broken":
        raise ZeroDivisionError("zx9-link")
    tools = open_tools()
    path = tools.store.root / "copy.mp4"  # type: ignore[attr-defined] # a folder
    path.write_bytes(MOV + job.model_dump_json().encode())
    output = stored_file("video", path, "a-copy.mp4", tools.store)
    return Finished(
        outputs=(output,), encoder="libx264", encoder_reason="asked for", warnings=("it is short",)
    )


@flow(name="copy-video")
@gives_sign_of_life
@delivers
def copy_video(job: CopyJob) -> Result:
    """Copy a video."""
    work = download_all(job)
    return find_or_send(work) or publish_footage(work, copied(work))


@pytest.fixture
def source(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("RENDERMILL_WEBHOOK_SECRET", SECRET)
    (tmp_path / "a.mp4").write_bytes(MOV)
    return str(tmp_path / "a.mp4")


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[HttpsServer]:
    with https_server(tmp_path, {"/done": THANKS}) as running:
        monkeypatch.setattr("tasks.delivery.open_access", lambda: running.access)
        yield running


def told(server: HttpsServer) -> list[dict[str, object]]:
    return [json.loads(request.body) for request in server.requests]


def test_webhook_is_told_of_what_was_made_and_of_what_was_found(source, server):
    job = CopyJob(source=source, webhook=f"{server.address}/done", reference="episode 12")

    made, found = copy_video(job), copy_video(job)

    first, second = told(server)
    (output,) = first["outputs"]
    assert (first["status"], first["flow"], first["reference"]) == ("completed", "copy-video", "episode 12")
    assert (first["job"], first["encoder"], first["encoder_reason"]) == (made.job, "libx264", "asked for")
    assert first["warnings"] == ["it is short"]
    assert (output["role"], output["name"], output["media_type"]) == ("video", "a-copy.mp4", "video/mp4")
    assert output["url"].startswith("file:///")
    assert (first["found"], second["found"], found.found) == (False, True, True)
    assert first["id"] != second["id"]


def test_log_begins_with_what_the_machine_has_and_what_encodes_on_it(source, caplog):
    with caplog.at_level(logging.INFO, logger="prefect.flow_runs"):
        copy_video(CopyJob(source=source))

    lines = [one.getMessage() for one in caplog.records if one.name == "prefect.flow_runs"]
    said = next(line for line in lines if not line.startswith(("Beginning flow run", "View at")))
    assert re.fullmatch(r"machine: \d+ vCPU, [\d.]+ GiB RAM, .+, encoder \w+ \(.+\)", said)


def test_webhook_is_told_why_a_job_failed_and_the_job_fails_as_it_would(source, server):
    job = CopyJob(source=source, name="bad", webhook=f"{server.address}/done")

    with pytest.raises(BadInput, match="expected a video"):
        copy_video(job)

    (message,) = told(server)
    assert message["status"] == "failed"
    assert message["error"] == "BadInput: a.mp4: expected a video, found https://x.test/a; send another"
    assert message["outputs"] == []


def test_failure_that_is_not_of_ours_is_told_without_its_words(source, server):
    with pytest.raises(ZeroDivisionError):
        copy_video(CopyJob(source=source, name="broken", webhook=f"{server.address}/done"))

    assert told(server)[0]["error"] == "ZeroDivisionError: it failed for a reason of its own"


@flow(name="copy-elsewhere")
@delivers
def copy_elsewhere(job: CopyJob) -> Result:
    """End as the run did that the work was sent to."""
    return Failed(message=f"Flow run encountered an exception: {job.name} (run quiet-fox-light)")  # type: ignore[return-value] # as from control


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("KeyError: '/srv/zx9-path'", "KeyError: it failed for a reason of its own"),
        ("worker died in /srv/zx9-path", "Failed: it failed for a reason of its own"),
        ("BadInput: a.mp4: expected a video", "BadInput: a.mp4: expected a video (run quiet-fox-light)"),
        ("Damaged: a.mp4: expected b", "Damaged: a.mp4: expected b (run quiet-fox-light)"),
    ],
)
def test_failure_of_a_run_elsewhere_is_told_in_our_words_alone(source, server, message, error):
    copy_elsewhere(CopyJob(source=source, name=message, webhook=f"{server.address}/done"), return_state=True)

    assert told(server)[0]["error"] == error


def test_file_that_is_not_there_is_told_too(source, server):
    with pytest.raises(BadInput):
        copy_video(CopyJob(source=f"{source}.no", webhook=f"{server.address}/done"))

    assert "expected a file, found nothing there" in told(server)[0]["error"]


def test_webhook_that_is_away_for_a_moment_is_told_again_under_the_same_id(source, server):
    server.answers["/done"] = [Answer(status=503), THANKS]

    state = copy_video(CopyJob(source=source, webhook=f"{server.address}/done"), return_state=True)

    assert state.is_completed()
    first, second = server.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_webhook_that_refuses_fails_no_job_and_the_page_says_so(source, server, seen):
    server.answers["/done"] = [Answer(status=302, location="https://169.254.169.254/latest")]

    state = copy_video(CopyJob(source=source, webhook=f"{server.address}/done"), return_state=True)

    assert state.is_completed()
    assert len(server.requests) == 1
    shown = {artifact.key: artifact for artifact in seen.artifacts(state.state_details.flow_run_id)}
    (page,) = [artifact for key, artifact in shown.items() if key.startswith("webhook-")]
    assert "found a redirect, which is not followed" in page.data


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"webhook": "https://169.254.169.254/done"}, "public internet"),
        ({"link_hours": 1}, "expected a store that gives links, as S3 does, found a folder"),
    ],
)
def test_delivery_that_cannot_be_is_refused_before_any_work(source, wish, sentence):
    with pytest.raises(BadInput, match=sentence):
        copy_video(CopyJob(source=source, **wish))

    assert not list(open_tools().store.list("sources/"))


def test_webhook_without_a_secret_is_refused_before_any_work(source, server, monkeypatch):
    monkeypatch.setenv("RENDERMILL_WEBHOOK_SECRET", "")

    with pytest.raises(BadInput, match="RENDERMILL_WEBHOOK_SECRET: expected a secret"):
        copy_video(CopyJob(source=source, webhook=f"{server.address}/done"))

    assert not server.requests
    assert not list(open_tools().store.list("sources/"))


def test_secret_may_lie_in_a_block(source, monkeypatch):
    assert source
    Secret(value=SECRET).save("signing", overwrite=True, _sync=True)
    monkeypatch.setenv("RENDERMILL_WEBHOOK_SECRET", "block:signing")

    found = webhook_secret()

    assert found
    assert found.get_secret_value() == SECRET
    assert SECRET not in repr(found)


def test_block_that_is_not_there_is_said(source, monkeypatch):
    assert source
    monkeypatch.setenv("RENDERMILL_WEBHOOK_SECRET", "block:nowhere")

    with pytest.raises(BadInput, match="expected a block secret/nowhere"):
        webhook_secret()


def test_same_request_under_a_key_is_the_same_job_though_its_file_has_changed(source, tmp_path, server):
    job = CopyJob(source=source, idempotency_key="episode-12", webhook=f"{server.address}/done")
    first = copy_video(job)
    (tmp_path / "a.mp4").write_bytes(MOV + b"changed")

    again, without = copy_video(job), copy_video(CopyJob(source=source))

    assert (again.job, again.found) == (first.job, True)
    assert without.job != first.job
    assert told(server)[0]["id"] == told(server)[1]["id"]


def test_of_two_runs_at_once_whose_file_changed_between_what_was_kept_first_is_the_result_of_both(
    source, tmp_path, server
):
    @flow(name="copy-slowly")
    @delivers
    def copy_slowly(job: CopyJob) -> Result:
        work = download_all(job)
        (tmp_path / "a.mp4").write_bytes(MOV + b"changed")
        faster.append(copy_video(job))
        return publish_footage(work, copied(work))

    faster: list[Result] = []
    slower = copy_slowly(CopyJob(source=source, idempotency_key="twice", webhook=f"{server.address}/done"))

    first, second = told(server)
    assert slower.job == faster[0].job == first["job"] == second["job"]
    assert (slower.found, slower.manifest) == (True, faster[0].manifest)
    assert first["id"] == second["id"]


def test_result_that_cannot_be_kept_under_its_key_stands_and_is_told(source, server, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise OutOfResources("requests: the disk is full")

    monkeypatch.setattr("media.delivery.request_key.keep_result", fail)
    job = CopyJob(source=source, idempotency_key="full", webhook=f"{server.address}/done")
    result = copy_video(job)

    assert (told(server)[0]["status"], told(server)[0]["job"]) == ("completed", result.job)
    assert "not kept under its idempotency key: requests: the disk is full" in caplog.text


def test_failure_of_a_request_has_an_id_that_no_other_request_under_its_key_has(source, server):
    def fails(**fields: str) -> None:
        with pytest.raises(BadInput):
            copy_video(CopyJob(idempotency_key="shared", webhook=f"{server.address}/done", **fields))

    fails(source=f"{source}.no")
    fails(source=source, name="another")
    fails(source=f"{source}.no")

    ours, refused, again = [message["id"] for message in told(server)]
    assert refused != ours == again


def test_other_request_under_a_key_is_refused_and_the_key_named(source):
    copy_video(CopyJob(source=source, idempotency_key="episode-12"))

    with pytest.raises(BadInput, match="idempotency_key 'episode-12': expected the same request"):
        copy_video(CopyJob(source=source, name="other", idempotency_key="episode-12"))


def test_request_that_failed_is_tried_again_under_its_key(source, tmp_path):
    job = CopyJob(source=str(tmp_path / "late.mp4"), idempotency_key="late")
    with pytest.raises(BadInput):
        copy_video(job)
    (tmp_path / "late.mp4").write_bytes(MOV)

    assert not copy_video(job).found
    assert copy_video(job).found
    assert source


def flows_over_footage() -> Iterator[Flow[Any, Any]]:
    """Yield the flows of this repository whose job is one over footage."""
    for found in iter_modules(flows.__path__):
        for one in vars(import_module(f"flows.{found.name}")).values():
            if isinstance(one, Flow):
                asked = [parameter.annotation for parameter in signature(one.fn).parameters.values()]
                if any(isinstance(kind, type) and issubclass(kind, FootageJob) for kind in asked):
                    yield one


def test_every_flow_over_footage_delivers():
    assert [one.name for one in flows_over_footage() if not getattr(one.fn, "delivers", False)] == []


def test_flow_that_delivers_is_known_by_it():
    assert getattr(copy_video.fn, "delivers", False)
