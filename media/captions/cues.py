"""What captions say, and when."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Form = Literal["SRT", "WebVTT", "ASS", "words"]
Place = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9]
"""Where a caption stands, as on the number keys of a keyboard: 2 is bottom centre, 8 top centre."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Piece(_Frozen):
    r"""Text of one look.

    Attributes:
        text: As it is to be read; "\n" begins a new line.
        italic: Whether it is slanted.
        bold: Whether it is heavier than the rest.
        underline: Whether a line is below it.
        start: When it begins to be said, in milliseconds, where that is known.
    """

    text: str
    italic: bool = False
    bold: bool = False
    underline: bool = False
    start: int | None = None


class Cue(_Frozen):
    """One caption.

    Attributes:
        number: Its place in its file, from 1 on, for messages.
        start: When it appears, in milliseconds from the video's beginning.
        end: When it is gone.
        pieces: What it says.
        place: Where, if the file says so.
    """

    number: int
    start: int
    end: int
    pieces: tuple[Piece, ...]
    place: Place | None = None

    @property
    def text(self) -> str:
        """All that it says."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_timed_by_word(self) -> bool:
        """Whether it is known when each word is said."""
        return any(piece.start is not None for piece in self.pieces)


class Captions(_Frozen):
    """A file of captions, read.

    Attributes:
        form: What it was.
        cues: In the order in which they appear.
        script: The whole file, if it is an ASS script.
        warnings: Sentences for whoever sent it.
        name: What its owner calls it.
    """

    form: Form
    cues: tuple[Cue, ...]
    script: str = ""
    warnings: tuple[str, ...] = Field(default=())
    name: str = "captions"


def clock(ms: int) -> str:
    """Return a time as people and WebVTT write it, such as 00:01:02.345."""
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    return f"{sign}{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
