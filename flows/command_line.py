"""The command line that every flow shares: `python -m flows.<name> --job JSON|@FILE [--out DIR]`.

The last line of stdout is where the manifest lies, alone; everything else goes to stderr: what `--out` wrote,
and a failure in one sentence, without the path through the code that it took. A file whose
address may hold a secret is downloaded here, since Prefect keeps the parameters of its runs in clear.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_SERVER_ANALYTICS_ENABLED,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    temporary_settings,
)
from pydantic import BaseModel, ValidationError

from blocks.sources import open_access
from blocks.stores import open_store
from media.address import readable
from media.errors import BadInput, MediaError
from media.export import export
from media.manifest import Result
from media.redact import redacted
from media.staging import staged, with_public_addresses

Job = TypeVar("Job", bound=BaseModel)
GRACE_S = 5.0
"""How long a run that is interrupted may take to remove its temporary files."""
STDERR = 2
ENDING = b"ending; what is finished is kept, and the same command goes on from there\n"

SERVER = {
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: 120,
    PREFECT_SERVER_ANALYTICS_ENABLED: False,
}
"""For the temporary server, unless somebody says otherwise; a busy machine takes long to start it."""


@dataclass(frozen=True)
class Door:
    """What a flow says on the command line that is not said as all others do.

    Attributes:
        unwrapped: Returns a job out of what was given as one.
        answered: Returns the last line of stdout, where the manifest lies.
        refused: Returns the same of a failure, and of its job if it was one at all; others say nothing there
            but their sentence on stderr.
    """

    unwrapped: Callable[[object], object] = lambda given: given
    answered: Callable[[Any, Result], str] = lambda _, result: readable(result.manifest)
    refused: Callable[[Any, MediaError], str] = lambda _job, _error: ""


def main(
    flow: Callable[..., Result],
    model: type[BaseModel],
    argv: Sequence[str] | None = None,
    *,
    out: bool = True,
    door: Door | None = None,
) -> None:
    """Run `flow` on the job of the command line; exits with 1 and a sentence on a failure.

    Unless `out`, there is no `--out`: for a flow that writes files itself.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m flows.{Path(sys.argv[0]).stem}",
        description=(flow.__doc__ or "").partition("\n")[0],
        epilog=_fields(model),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_job(parser)
    parser.set_defaults(out=None)
    if out:
        parser.add_argument("--out", type=Path, help="folder to write the outputs into, under human names")
    arguments = parser.parse_args(argv)
    for runs in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(runs).addFilter(_without_our_own_trace)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    door = door or Door()
    job: BaseModel | None = None
    try:
        job = read_job(arguments.job, model, door.unwrapped)
        with temporary_settings(set_defaults=SERVER), _ending_in_time():
            result = flow(job)
        if arguments.out:
            for path in export(result.job, open_store(), arguments.out, getattr(job, "source", "")):
                sys.stderr.write(f"wrote {path}\n")
        answer = door.answered(job, result)
    except MediaError as error:
        if refusal := door.refused(job, error):
            sys.stdout.write(f"{refusal}\n")
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.write(f"{answer}\n")


@contextmanager
def _ending_in_time() -> Iterator[None]:
    """Have Ctrl-C end a run on Prefect's temporary server within seconds.

    The terminal ends that server by the same Ctrl-C, and Prefect would go on for minutes trying to tell it.
    """
    if PREFECT_API_URL.value():
        yield
        return
    over: SimpleQueue[str] = SimpleQueue()

    def interrupted(*_: object) -> None:
        # It comes between any two steps of the main thread, which may hold the lock that threads are started
        # under or be writing to stderr itself: only what takes no lock may be done here.
        over.put("interrupted")
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the second one ends at once
        with suppress(OSError):  # nobody may be reading
            os.write(STDERR, ENDING)
        raise KeyboardInterrupt

    def watch() -> None:
        if over.get() == "interrupted":
            time.sleep(GRACE_S)
            _end()

    threading.Thread(target=watch, name="ending-in-time", daemon=True).start()
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    except KeyboardInterrupt:
        _end()
    finally:
        signal.signal(signal.SIGINT, before)
        over.put("ended")


def _end() -> None:
    """End this process without asking anybody; what it has started ends with it.

    Two threads may be here at once, or one of them in Prefect's own `stop`, which waits: so nothing is waited
    for, logged or imported.
    """
    try:
        served = sys.modules.get("prefect.server.api.server")  # loaded where it has started a server
        for server in list(served.SubprocessASGIServer._instances.values()) if served else ():  # noqa: SLF001 - no other list of them
            if process := server.server_process:
                process.kill()
    finally:
        os._exit(128 + signal.SIGINT)


def add_job(parser: argparse.ArgumentParser) -> None:
    """Have a command line ask for a job."""
    parser.add_argument("--job", required=True, help="the job as JSON, or @FILE to read it from a file")


def read_job(text: str, model: type[Job], unwrapped: Callable[[object], object] = lambda given: given) -> Job:
    """Return the job written as JSON in `text`, or in the file that it names after an @.

    Files whose addresses may hold a secret are in the store afterwards, and the job names them there.

    Raises:
        BadInput: It is no JSON, or not such a job.
        MediaError: A file had to be stored, and could not be.
    """
    try:
        given = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
        given = unwrapped(given)
        public = with_public_addresses(given, model)
        job = model.model_validate(public)
        if public == given:
            return job
        return model.model_validate(staged(given, model, open_store(), open_access()))
    except OSError as error:
        raise BadInput(f"{text[1:]}: expected a file with a job, found none: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"--job: expected JSON, found none: {error}") from error
    except ValidationError as error:
        raise _refusal(error, model) from error


def job_in(fields: object, model: type[Job]) -> Job:
    """Return the job that has these fields.

    Raises:
        BadInput: It would be none.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise _refusal(error, model) from error


def _refusal(error: ValidationError, model: type[BaseModel]) -> BadInput:
    return BadInput("; ".join(_sentence(problem, model) for problem in error.errors()))


def _sentence(problem: Any, model: type[BaseModel]) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    field = ".".join(str(part) for part in problem["loc"]) or "job"
    match problem["type"]:
        case "missing":
            return f"{field}: expected a value, found none"
        case "extra_forbidden":
            alike = get_close_matches(field, model.model_fields, n=1)
            hint = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(model.model_fields)}"
            return f"{field}: expected a field of this job, found no such field; {hint}"
        case "value_error":  # of our own, which say what they expected and found
            return f"{field}: {problem['ctx']['error']}"
        case _:
            found = redacted(json.dumps(problem["input"], default=str))
            return f"{field}: {problem['msg']}, found {found[:80]}"


def _fields(model: type[BaseModel]) -> str:
    """Return what a job can say, a line for each field."""
    widest = max(map(len, model.model_fields))
    lines = (f"  {name:{widest}}  {field.description or ''}" for name, field in model.model_fields.items())
    return "\n".join(["what a job can say:", *lines])


def _without_our_own_trace(record: logging.LogRecord) -> bool:
    """Keep a failure's sentence in the log and leave its way through the code out, if it is one of ours."""
    if record.exc_info and isinstance(record.exc_info[1], MediaError):
        record.exc_info = None
    return True
