"""What is odd about an opened file, as the engine and people are told it."""

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning", "removed"]
_LONGEST = 300


@dataclass(frozen=True)
class Finding:
    """One thing that is odd.

    Attributes:
        level: An error stops the job; a warning does not; what was removed is gone from the opened file.
        kind: What sort of thing, in one or two words with a hyphen, such as missing-texture.
        subject: The name of what it is about, such as an image's.
        message: What was expected, what was found, and what to do, in one sentence.
    """

    level: Level
    kind: str
    subject: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Return the finding as it stands in events, each text of bounded length and on one line."""
        return {name: " ".join(str(value).split())[:_LONGEST] for name, value in asdict(self).items()}
