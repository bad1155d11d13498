"""What a job's process and the renderer host say to each other: one JSON object a line, either way."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from media.errors import MediaError, OutOfResources, RefusedHere, TimedOut, ToolCrashed, ToolFailed

Lane = Literal["light", "heavy"]


class Message(BaseModel):
    """A line."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(Message):
    """How a Blender is started; one that was started otherwise serves nobody who says this."""

    argv: tuple[str, ...] = Field(description="What comes before the job file.")
    env: dict[str, str]


class Request(Message):
    """The first line of a job's process."""

    version: Literal[2] = 2
    blender: Command
    name: str = Field(min_length=1, description="Digest of what is made: a job that kills is known by it.")
    lane: Lane
    job: dict[str, Any] = Field(description="What a job file would hold.")

    @property
    def scene(self) -> str:
        """Digest of the scene that is to be open, if the job says it."""
        return str(self.job.get("scene_sha256", ""))


class Said(Message):
    """A later line of the job's process."""

    line: str | None = Field(description="A line for Blender; null if there will be no more of them.")


class Heard(Message):
    """The host lives and the job's turn has not come; it says so again and again."""

    say: Literal["heard"] = "heard"


class Began(Message):
    """The job's turn has come."""

    say: Literal["began"] = "began"


class Report(Message):
    """A line that Blender reports."""

    say: Literal["report"] = "report"
    line: str


class Ended(Message):
    """How the job ended, in the words of an exit code; nothing comes after it."""

    say: Literal["ended"] = "ended"
    returncode: int
    log_tail: str
    seconds: float


class GaveUp(Message):
    """Why the host does not go on; nothing comes after it."""

    say: Literal["gave up"] = "gave up"
    kind: Literal["RefusedHere", "OutOfResources", "TimedOut", "ToolCrashed", "ToolFailed"]
    message: str

    def error(self) -> MediaError:
        """Return it as what the job's process raises."""
        return FAILURES[self.kind](self.message)


class Answer(RootModel[Annotated[Heard | Began | Report | Ended | GaveUp, Field(discriminator="say")]]):
    """A line of the host."""


FAILURES: dict[str, type[MediaError]] = {
    failure.__name__: failure for failure in (RefusedHere, OutOfResources, TimedOut, ToolCrashed, ToolFailed)
}
