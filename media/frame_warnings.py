"""What is odd about frames that were rendered all the same."""

from collections import defaultdict
from collections.abc import Sequence

from media.frame_list import as_text
from media.frames import Frame


def warnings_about(frames: Sequence[Frame]) -> tuple[str, ...]:
    """Return a sentence about each frame of one colour, and about all that were not rendered as asked."""
    rendered: dict[str, list[int]] = defaultdict(list)
    for frame in frames:
        if frame.fallback:
            rendered[frame.fallback].append(frame.number)
    return (
        *(f"frame {frame.number} is of one single colour" for frame in frames if frame.uniform),
        *(f"frames {as_text(numbers)} were rendered {how}" for how, numbers in rendered.items()),
    )
