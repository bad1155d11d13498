"""The command line that every flow shares: `python -m flows.<name> --job JSON|@FILE [--out DIR]`.

The last line of stdout is where the manifest lies, alone; everything else goes to stderr. A source whose
address may hold a secret is downloaded here, since Prefect keeps the parameters of its runs in clear.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from blocks.sources import open_access
from blocks.stores import open_store
from media.address import readable
from media.errors import BadInput, MediaError
from media.export import export
from media.manifest import Result
from media.staging import secret_source, stage, with_public_source

Job = TypeVar("Job", bound=BaseModel)


def main(
    flow: Callable[..., Result],
    model: type[BaseModel],
    argv: Sequence[str] | None = None,
    *,
    out: bool = True,
) -> None:
    """Run `flow` on the job of the command line; exits with 1 and a sentence on a failure.

    Unless `out`, there is no `--out`: for a flow that writes files itself.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {flow.__module__}", description=flow.__doc__)
    add_job(parser)
    parser.set_defaults(out=None)
    if out:
        parser.add_argument("--out", type=Path, help="folder to write the outputs into, under human names")
    arguments = parser.parse_args(argv)
    try:
        job = read_job(arguments.job, model)
        result = flow(job)
        if arguments.out:
            export(result.job, open_store(), arguments.out)
    except MediaError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.write(f"{readable(result.manifest)}\n")


def add_job(parser: argparse.ArgumentParser) -> None:
    """Have a command line ask for a job."""
    parser.add_argument("--job", required=True, help="the job as JSON, or @FILE to read it from a file")


def read_job(text: str, model: type[Job]) -> Job:
    """Return the job written as JSON in `text`, or in the file that it names after an @.

    A source whose address may hold a secret is in the store afterwards, and the job names it there.

    Raises:
        BadInput: It is no JSON, or not such a job.
        MediaError: Its source had to be stored, and could not be.
    """
    try:
        given = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
        secret = secret_source(given)
        job = model.model_validate(with_public_source(given) if secret else given)
    except OSError as error:
        raise BadInput(f"{text[1:]}: expected a file with a job, found none: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"--job: expected JSON, found none: {error}") from error
    except ValidationError as error:
        raise BadInput("; ".join(_sentence(problem) for problem in error.errors())) from error
    return job.model_copy(update={"source": stage(secret, open_store(), open_access())}) if secret else job


def _sentence(problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    field = ".".join(str(part) for part in problem["loc"]) or "job"
    return f"{field}: {problem['msg']}, found {json.dumps(problem['input'], default=str)[:80]}"
