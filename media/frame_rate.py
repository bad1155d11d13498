"""Frame rates as exact fractions, the way broadcast states them."""

from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

LARGEST_TERM = 1_000_000  # what players' clocks can count
SLOWEST, FASTEST = Fraction(1, 10), Fraction(240)
NTSC = {"23.976": "24000/1001", "23.98": "24000/1001", "29.97": "30000/1001", "59.94": "60000/1001"}


def parse_frame_rate(value: object) -> str:
    """Return a frame rate as `num/den` in lowest terms.

    Accepts 24, 12.5, "24000/1001", and 23.976, 23.98, 29.97, 59.94 as the fractions they stand for.

    Raises:
        ValueError: It is no number, not between 1/10 and 240 frames a second, or no simple fraction.
    """
    text = str(value).strip()
    try:
        rate = Fraction(NTSC.get(text, text))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"expected a frame rate such as 24 or '24000/1001', found {value!r}") from None
    if isinstance(value, bool) or not SLOWEST <= rate <= FASTEST:
        raise ValueError(f"expected a frame rate between 1/10 and 240 frames a second, found {value!r}")
    if max(rate.numerator, rate.denominator) > LARGEST_TERM:
        raise ValueError(f"expected a frame rate such as 24 or '24000/1001', found the unwieldy {value!r}")
    return f"{rate.numerator}/{rate.denominator}"


FrameRate = Annotated[str, BeforeValidator(parse_frame_rate, json_schema_input_type=float | str)]
