"""Order lists as CSV, as spreadsheets write it; a line that cannot be read is told, and the rest goes on."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from media.catalogue.order import ALSO, Entry, Problem

LONGEST_CELL = 1_000_000
COLUMNS = {"product", "source", "outputs", "materials", "priority"}
MATERIAL = re.compile(r"\s*(?P<parts>[^=]+?)\s*=\s*(?P<color>#[0-9a-fA-F]{6})\s*")
"""One material in a cell, such as `ball* = #c0c0c0`; what else a material has takes JSON or YAML."""


@dataclass(frozen=True)
class Header:
    """What divides the columns of a list, and which of ours each one is."""

    divider: str
    columns: tuple[str, ...]


def header_of(text: str) -> Header | None:
    """Return the header of a list whose first line names the columns product and source, or None."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for divider in (",", ";", "\t"):
        names = [name.strip().strip('"').strip().lower() for name in first.split(divider)]
        columns = tuple(ALSO.get(name, name) for name in names)
        if {"product", "source"} <= set(columns):
            return Header(divider, columns)
    return None


def entries_of(text: str, header: Header) -> Iterator[Entry]:
    """Yield what stands on each line after the header, or why it cannot be read."""
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=header.divider, skipinitialspace=True)
    read_header = False
    while True:
        place = f"line {rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield place, Problem(place=place, product="", reason=f"expected a line of CSV, found: {error}")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if not read_header:
            read_header = True
            continue
        yield place, _entry(place, row, header.columns)


def _entry(place: str, row: list[str], columns: tuple[str, ...]) -> Mapping[str, Any] | Problem:
    cells = zip(columns, (cell.strip() for cell in row), strict=False)
    entry: dict[str, Any] = {name: cell for name, cell in cells if name in COLUMNS and cell}
    if len(row) > len(columns):
        reason = (
            f"expected {len(columns)} columns, found {len(row)}; quote a cell that holds what divides them"
        )
        return Problem(place=place, product=entry.get("product", "")[:100], reason=reason)
    entry["outputs"] = re.findall(r"[^\s;,|]+", entry.get("outputs", "still"))
    if "materials" in entry:
        said = [one for one in entry["materials"].split(";") if one.strip()]
        found = [MATERIAL.fullmatch(one) for one in said]
        if None in found:
            wrong = said[found.index(None)].strip()[:60]
            reason = f"materials: expected such as `ball* = #c0c0c0; cage = #b5a642`, found {wrong!r}"
            return Problem(place=place, product=entry.get("product", "")[:100], reason=reason)
        entry["materials"] = [one.groupdict() for one in found if one]
    return entry
