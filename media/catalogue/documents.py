"""Order lists as JSON or YAML: products, and beside them the types of output that they name."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from media.catalogue.order import ALSO, Entry, Fields, Problem
from media.errors import BadInput

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, which reads a long list in seconds, where PyYAML was built with it."""


def parsed_json(text: str, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON says. Raises `BadInput`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: expected JSON, found {str(error)[:120]}") from error


def parsed_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return what YAML without aliases says: by these, a few lines stand for more than a memory holds.

    Raises:
        BadInput: It is none, or has an alias.
    """
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.AliasEvent):
                raise BadInput(
                    f"{name}: expected everything written out, found the alias *{event.anchor:.40}"
                )
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        found = " ".join(str(error).split())[:160]
        raise BadInput(
            f"{name}: expected a CSV with the columns product and source, JSON or YAML, found {found}"
        ) from error


def of_document(document: Any, name: str) -> tuple[Mapping[str, Fields], Iterator[Entry]]:  # noqa: ANN401 - as parsed
    """Return the types of output that a document describes, and its products."""
    if isinstance(document, list):
        document = {"products": document}
    if not isinstance(document, dict) or not isinstance(document.get("products"), list):
        raise BadInput(f"{name}: expected a list of products, or `products` beside `outputs`, found neither")
    if others := sorted(map(str, document.keys() - {"products", "outputs"})):
        raise BadInput(f"{name}: expected `products` and `outputs` alone, found {', '.join(others)[:80]} too")
    types = document.get("outputs") or {}
    if not isinstance(types, dict) or not all(
        isinstance(key, str) and isinstance(fields, dict) for key, fields in types.items()
    ):
        raise BadInput(f"{name}: expected the fields of each output type under its name, found others")
    return types, _items(document["products"])


def _items(products: list[Any]) -> Iterator[Entry]:
    for number, product in enumerate(products, start=1):
        place = f"product {number}"
        if not isinstance(product, dict):
            reason = f"expected fields such as product and source, found {type(product).__name__}"
            yield place, Problem(place=place, product="", reason=reason)
            continue
        entry = {ALSO.get(str(key), str(key)): value for key, value in product.items()}
        if isinstance(entry.get("outputs"), str):
            entry["outputs"] = [entry["outputs"]]
        yield place, entry | {"outputs": entry.get("outputs", ["still"])}
