"""Damage, by a seed: what a file becomes when bits rot, lines get lost and numbers are made up."""

import random
import re
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

NUMBER = re.compile(rb"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
NUMBERS = (
    b"0",
    b"-1",
    b"1e999",
    b"-1e-300",
    b"2147483648",
    b"4294967295",
    b"99999999999999999999",
    b"nan",
    b"",
)
BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
LONGEST_RUN = 200


def mutated(data: bytes, name: str) -> bytes:
    """Return `data` with one to sixteen changes, the same ones for the same name."""
    rng = random.Random(name)  # noqa: S311 - damage, not secrets
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        data = rng.choice(MUTATIONS)(data, rng)
    return data


def flip_a_bit(data: bytes, rng: random.Random) -> bytes:
    begin, _ = _run(data, rng)
    changed = bytearray(data)
    changed[begin : begin + 1] = bytes(byte ^ 1 << rng.randrange(8) for byte in data[begin : begin + 1])
    return bytes(changed)


def set_some_bytes(data: bytes, rng: random.Random) -> bytes:
    begin, _ = _run(data, rng)
    length = rng.choice((1, 2, 4, 8))
    return data[:begin] + bytes([rng.choice(BYTES)]) * length + data[begin + length :]


def make_up_a_number(data: bytes, rng: random.Random) -> bytes:
    numbers = list(NUMBER.finditer(data))
    if not numbers:
        return flip_a_bit(data, rng)
    number = rng.choice(numbers)
    return data[: number.start()] + rng.choice(NUMBERS) + data[number.end() :]


def point_elsewhere(data: bytes, rng: random.Random) -> bytes:
    """Put one number of the file where another stands: references, counts and offsets go astray."""
    numbers = list(NUMBER.finditer(data))
    if not numbers:
        return flip_a_bit(data, rng)
    here, other = rng.choice(numbers), rng.choice(numbers)
    return data[: here.start()] + other[0] + data[here.end() :]


def lose_a_run(data: bytes, rng: random.Random) -> bytes:
    begin, end = _run(data, rng)
    return data[:begin] + data[end:]


def repeat_a_run(data: bytes, rng: random.Random) -> bytes:
    begin, end = _run(data, rng)
    return data[:end] + data[begin:end] * rng.choice((1, 2, 50)) + data[end:]


def move_a_run(data: bytes, rng: random.Random) -> bytes:
    begin, end = _run(data, rng)
    run, rest = data[begin:end], data[:begin] + data[end:]
    to = rng.randrange(len(rest) + 1)
    return rest[:to] + run + rest[to:]


def lose_a_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.pop(rng.randrange(len(lines)))
    return b"\n".join(lines)


def cut_short(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _run(data: bytes, rng: random.Random) -> tuple[int, int]:
    begin = rng.randrange(len(data) + 1)
    return begin, min(len(data), begin + rng.randrange(1, LONGEST_RUN))


MUTATIONS: tuple[Mutation, ...] = (
    flip_a_bit,
    flip_a_bit,
    set_some_bytes,
    make_up_a_number,
    make_up_a_number,
    point_elsewhere,
    point_elsewhere,
    lose_a_run,
    repeat_a_run,
    move_a_run,
    lose_a_line,
    cut_short,
)
