"""Read an order list: CSV, JSON or YAML by its content, whatever it is called."""

from collections.abc import Iterator, Mapping

from media.catalogue.documents import of_document, parsed_json, parsed_yaml
from media.catalogue.order import Entry, Fields, Orders, orders_of
from media.catalogue.rows import entries_of, expect_our_columns, header_of
from media.errors import BadInput

MOST_PRODUCTS = 100_000
MOST_BYTES = 64 * 2**20


def read_orders(data: bytes, name: str, types: Mapping[str, Fields] | None = None) -> Orders:
    """Return the orders in a list.

    Args:
        data: The list's bytes: UTF-8, UTF-16 with a byte order mark, or else Windows-1252.
        name: What it is called, for messages.
        types: Types of output that the caller describes; those in the list itself come first.

    Raises:
        BadInput: It is no such list, is too long, or describes a type of output that is none.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name}: expected an order list of at most {MOST_BYTES} bytes, found {len(data)}")
    text = _text(data)
    if text.lstrip()[:1] in {"{", "["}:
        described, entries = of_document(parsed_json(text, name), name)
    elif header := header_of(text):
        expect_our_columns(header, name)
        described, entries = {}, entries_of(text, header)
    else:
        described, entries = of_document(parsed_yaml(text, name), name)
    orders = orders_of(_counted(entries, name), {**(types or {}), **described})
    if not orders.lines and not orders.problems:
        raise BadInput(f"{name}: expected at least one product, found an empty list")
    return orders


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _counted(entries: Iterator[Entry], name: str) -> Iterator[Entry]:
    for number, entry in enumerate(entries):
        if number >= MOST_PRODUCTS:
            raise BadInput(f"{name}: expected at most {MOST_PRODUCTS} products, found more; divide the list")
        yield entry
