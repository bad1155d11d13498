"""What a job's process and the renderer host say to each other: one JSON object a line, either way."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from media.errors import BadInput, MediaError, OutOfResources, ToolCrashed, ToolFailed

Lane = Literal["light", "heavy"]


class Command(BaseModel):
    """How a Blender is started; one that was started otherwise serves nobody who says this."""

    model_config = ConfigDict(frozen=True)

    argv: tuple[str, ...] = Field(description="What comes before the job file.")
    env: dict[str, str]


class Request(BaseModel):
    """The first line of a job's process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    blender: Command
    name: str = Field(min_length=1, description="Digest of what is made: a job that kills is known by it.")
    lane: Lane
    job: dict[str, Any] = Field(description="What a job file would hold.")

    @property
    def scene(self) -> str:
        """Digest of the scene that is to be open, if the job says it."""
        return str(self.job.get("scene_sha256", ""))


class Said(BaseModel):
    """A later line of the job's process: a line for Blender, or that there will be no more of them."""

    model_config = ConfigDict(extra="forbid")

    line: str | None = None
    close: bool = False


class Ended(BaseModel):
    """How the job ended, in the words of an exit code."""

    returncode: int
    log_tail: str
    seconds: float


class GaveUp(BaseModel):
    """Why the host does not go on."""

    kind: Literal["BadInput", "OutOfResources", "ToolFailed", "ToolCrashed"]
    message: str

    def error(self) -> MediaError:
        """Return it as what the job's process raises."""
        return FAILURES[self.kind](self.message)


class Answer(BaseModel):
    """A line of the host: exactly one of these, or `heard`, which it says until the job's turn has come."""

    model_config = ConfigDict(extra="forbid")

    heard: bool = False
    began: bool = False
    report: str | None = None
    ended: Ended | None = None
    gave_up: GaveUp | None = None


FAILURES: dict[str, type[MediaError]] = {
    "BadInput": BadInput,
    "OutOfResources": OutOfResources,
    "ToolFailed": ToolFailed,
    "ToolCrashed": ToolCrashed,
}
