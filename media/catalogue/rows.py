"""Order lists as CSV, as spreadsheets write it; a line that cannot be read is told, and the rest goes on."""

import csv
import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from media.catalogue.order import ALSO, NAMES_TOLD, Entry, Problem, id_of
from media.errors import BadInput

logger = logging.getLogger(__name__)

LONGEST_CELL = 1_000_000
MOST_LINES_IN_A_ROW = 50
"""A quote that is open for longer was never closed; what it would swallow are other products."""
COLUMNS = ("product", "source", "outputs", "materials", "priority")
MOST_COLUMNS = 200
"""So many are compared with ours."""
ALIKE = 0.85
"""So much `material` is like `materials`; a column such as product_name is less, and means something else."""
COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Header:
    """The line that names the columns.

    Attributes:
        line: Its number.
        divider: What divides the columns.
        columns: Which of ours each one is, by name; others are not read.
    """

    line: int
    divider: str
    columns: tuple[str, ...]


def header_of(text: str) -> Header | None:
    """Return the header of a list whose first line names the columns product and source, or None.

    Blank lines may stand before it, comments, and the line by which a spreadsheet says what divides.
    """
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        first = line.strip().lower()
        if first and not first.startswith(("#", "sep=", '"sep=')):
            return _header(number, first)
    return None


def _header(number: int, line: str) -> Header | None:
    for divider in (",", ";", "\t"):
        names = [name.strip().strip('"').strip() for name in line.split(divider)]
        columns = tuple(ALSO.get(name, name) for name in names)
        if {"product", "source"} <= set(columns):
            return Header(number, divider, columns)
    return None


def expect_our_columns(header: Header, name: str) -> None:
    """Refuse a list that seems to mean a column of ours and calls it something else.

    Raises:
        BadInput: A column is misspelt, or stands there twice.
    """
    where = f"{name}, line {header.line}"
    for column in COLUMNS:
        if header.columns.count(column) > 1:
            raise BadInput(f"{where}: expected each column once, found {column} twice; keep one of them")
    others = [column for column in dict.fromkeys(header.columns) if column and column not in COLUMNS]
    for other in others[:MOST_COLUMNS]:
        if alike := get_close_matches(other, [*COLUMNS, *ALSO], n=1, cutoff=ALIKE):
            raise BadInput(
                f"{where}: expected {', '.join(COLUMNS)}, found {other!r:.40}; did you mean {alike[0]}?"
            )
    if others:
        told = ", ".join(f"{other!r:.40}" for other in others[:NAMES_TOLD])
        logger.warning("%s: other columns than %s are not read: %s", where, ", ".join(COLUMNS), told)


def entries_of(text: str, header: Header) -> Iterator[Entry]:
    """Yield what stands on each line after the header, or why it cannot be read."""
    csv.field_size_limit(LONGEST_CELL)
    lines = [*io.StringIO(text, newline="")]
    at = header.line
    while at < len(lines):
        place, taken = f"line {at + 1}", 1
        try:
            row, taken = _row(lines[at : at + MOST_LINES_IN_A_ROW], header.divider)
        except csv.Error as error:
            yield place, Problem(place=place, product="", reason=f"expected a line of CSV, found {error}")
        else:
            if any(cell.strip() for cell in row):
                yield place, _entry(place, row, header.columns)
        at += taken


def _row(lines: Sequence[str], divider: str) -> tuple[list[str], int]:
    """Return the row that the first of some lines begins, and how many of them it takes.

    Raises:
        csv.Error: It cannot be read.
    """
    rows = csv.reader(lines, delimiter=divider, skipinitialspace=True, strict=True)
    try:
        return next(rows), rows.line_num
    except csv.Error:  # a blank after a quote is nothing to refuse, but a quote without its end is
        alone = csv.reader([lines[0], '"'], delimiter=divider, skipinitialspace=True)
        row = next(alone)
    if alone.line_num > 1:
        raise csv.Error("a quote that opens here and is not closed; close it")
    return row, 1


def _entry(place: str, row: list[str], columns: tuple[str, ...]) -> Mapping[str, Any] | Problem:
    cells = zip(columns, (cell.strip() for cell in row), strict=False)
    entry: dict[str, Any] = {name: cell for name, cell in cells if name in COLUMNS and cell}
    if len(row) > len(columns):
        reason = (
            f"expected {len(columns)} columns, found {len(row)}; quote a cell that holds what divides them"
        )
        return Problem(place=place, product=id_of(entry), reason=reason)
    entry["outputs"] = re.findall(r"[^\s;,|]+", entry.get("outputs", "still"))
    said = [one for one in entry.get("materials", "").split(";") if one.strip()]
    entry["materials"] = [material for one in said if (material := _material(one))]
    if wrong := [one for one in said if not _material(one)]:
        reason = (
            f"materials: expected such as `ball* = #c0c0c0; cage = #b5a642`, found {wrong[0].strip()[:60]!r}"
        )
        return Problem(place=place, product=id_of(entry), reason=reason)
    return entry


def _material(said: str) -> dict[str, str] | None:
    """Return one material of a cell, such as `ball* = #c0c0c0`; what else one has takes JSON or YAML."""
    parts, _, color = (one.strip() for one in said.partition("="))
    return {"parts": parts, "color": color} if parts and COLOR.fullmatch(color) else None
