"""Frame numbers as people write them: 1,12-24."""

from collections.abc import Sequence

from media.chunks import contiguous

PATTERN = r"^\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*$"
MOST_FRAMES = 100_000


def as_text(numbers: Sequence[int]) -> str:
    """Return numbers as a text of numbers and ranges, in order, each once."""
    ranges = contiguous(numbers)
    return ",".join(str(one.first) if one.count == 1 else str(one) for one in ranges)


def numbers_in(text: str) -> tuple[int, ...]:
    """Return the numbers that a text of numbers and ranges names.

    Raises:
        ValueError: They are too many, or a range ends before it begins.
    """
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        frames = range(int(first), int(last or first) + 1)
        if not frames:
            raise ValueError(f"frames {part}: expected a range that ends after it begins")
        if len(numbers) + len(frames) > MOST_FRAMES:
            raise ValueError(f"frames: expected at most {MOST_FRAMES}, found more")
        numbers += frames
    return tuple(numbers)
