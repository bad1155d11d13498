"""Flow: a request of the older media worker, as it was, and an answer as it was.

By hand: `python -m flows.older_request --job @request.json --out DIR`, whose last line is the older answer;
on a server: `prefect deployment run 'older-request/local' -p job='{…}' --watch`, with public addresses alone.
"""

from importlib import import_module
from inspect import signature
from typing import Any

from prefect import Flow, flow

from flows.command_line import Door, job_in, main
from media.errors import MediaError
from media.footage.job import FootageJob
from media.manifest import Result
from media.older.answer import refusal
from media.older.request import OlderRequest, unwrapped
from tasks import older
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life

FLOWS = {
    "caption-video": "flows.caption_video",
    "images-to-video": "flows.images_to_video",
    "add-audio": "flows.add_audio",
}
"""Where they are; a run needs one of them, and imports no other."""


@flow(name="older-request")
@gives_sign_of_life
def older_request(job: OlderRequest) -> Result:
    """Do what a request of the older media worker asks for, and answer as it did.

    Args:
        job: The request: caption, img2vid or addaudio.
    """
    expect_deployed_code()
    asked = older.translate(job)
    todays = flow_named(asked.flow)
    todays_job = job_of(todays, asked.job)
    return older.show_answer(job, older.sent_elsewhere(asked.flow, todays_job) or todays(todays_job))


def flow_named(name: str) -> Flow[Any, Result]:
    """Return one of today's flows."""
    found: Flow[Any, Result] = getattr(import_module(FLOWS[name]), name.replace("-", "_"))
    return found


def job_of(todays: Flow[Any, Result], fields: dict[str, Any]) -> FootageJob:
    """Return a flow's job of these fields."""
    model: type[FootageJob] = signature(todays.fn).parameters["job"].annotation
    return job_in(fields, model)


def _answered(job: OlderRequest, result: Result) -> str:
    return older.answer(job, result, older.longest_links()).as_json()


def _refused(job: OlderRequest | None, error: MediaError) -> str:
    return refusal(job, str(error)).as_json()


if __name__ == "__main__":
    main(older_request, OlderRequest, door=Door(unwrapped, _answered, _refused))
