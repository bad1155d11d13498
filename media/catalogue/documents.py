"""Order lists as JSON or YAML: products, and beside them the types of output that they name."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import yaml

from media.catalogue.order import ALSO, Entry, Fields, Problem, id_of
from media.errors import BadInput

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, which reads a long list in seconds, where PyYAML was built with it."""
DEEPEST = 100
MOST_LETTERS_OF_YAML = 8 * 2**20
MOST_EVENTS = 1_000_000
"""Beginnings, ends and values: of so many, PyYAML makes 400 MiB of objects in 16 seconds."""
LONGEST_SCALAR = 10_000
"""YAML takes `1:1:1` for a number of base 60, for which it needs a time of the length's square."""


class Repeating(dict[str, Any]):
    """A mapping that says something twice; which of both was meant, nobody knows.

    Attributes:
        repeated: What it says twice.
    """

    repeated: str = ""


def parsed_json(text: str, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON says. Raises `BadInput`."""
    try:
        return json.loads(text, object_pairs_hook=_mapping)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: expected JSON, found {str(error)[:120]}") from error


def parsed_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return what YAML says, its keys and ids as they are written: `0600` is no 384.

    Raises:
        BadInput: It is none, or more than can be read in seconds.
    """
    if len(text) > MOST_LETTERS_OF_YAML:
        raise BadInput(
            f"{name}: expected a CSV with the columns product and source, JSON, or at most "
            f"{MOST_LETTERS_OF_YAML} letters of YAML, found {len(text)}; write so long a list as CSV or JSON"
        )
    try:
        _expect_bounded(text, name)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        found = " ".join(str(error).split())[:160]
        raise BadInput(
            f"{name}: expected a CSV with the columns product and source, JSON or YAML, found {found}"
        ) from error


def _expect_bounded(text: str, name: str) -> None:
    """Refuse what takes minutes or gigabytes, or ends the process: constructing recurses in C."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise BadInput(
                f"{name}: expected everything written out, found *{event.anchor:.40} on line {line}"
            )
        if tag := getattr(
            event, "tag", None
        ):  # PyYAML's own constructors stumble over what they do not expect
            raise BadInput(
                f"{name}: expected values without tags, found {tag!r:.60} on line {line}; leave it out"
            )
        if depth > DEEPEST:
            raise BadInput(
                f"{name}: expected at most {DEEPEST} lists in one another, found more on line {line}"
            )
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > LONGEST_SCALAR:
            raise BadInput(
                f"{name}: expected at most {LONGEST_SCALAR} letters a value, found more on line {line}"
            )
        if number > MOST_EVENTS:
            raise BadInput(
                f"{name}: expected YAML of at most {MOST_EVENTS} values, found more on line {line}; "
                "write so long a list as CSV or JSON"
            )


def _mapping(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    mapping = Repeating()
    for key, value in pairs:
        if key in mapping:
            mapping.repeated = key
        mapping[key] = value
    return mapping if mapping.repeated else dict(mapping)


def _mapping_of_yaml(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    def value_of(key: str, value: yaml.Node) -> Any:  # noqa: ANN401 - whatever YAML holds
        as_written = isinstance(value, yaml.ScalarNode) and ALSO.get(key, key) == "product"
        return value.value if as_written and value.value else loader.construct_object(value, deep=True)

    if odd := [key for key, _ in node.value if not isinstance(key, yaml.ScalarNode)]:
        raise yaml.constructor.ConstructorError(
            problem="a key that is no text", problem_mark=odd[0].start_mark
        )
    return _mapping((key.value, value_of(key.value, value)) for key, value in node.value)


class _Loader(LOADER):  # type: ignore[misc,valid-type] # one of two, whichever is there
    yaml_constructors: ClassVar = {**LOADER.yaml_constructors, "tag:yaml.org,2002:map": _mapping_of_yaml}


def _repeated(fields: Mapping[str, Any]) -> str:
    """Return what fields, or those right below them, say twice, or nothing."""
    below = [one for value in fields.values() for one in (value if isinstance(value, list) else [value])]
    return next((one.repeated for one in [fields, *below] if isinstance(one, Repeating)), "")


def of_document(document: Any, name: str) -> tuple[Mapping[str, Fields], Iterator[Entry]]:  # noqa: ANN401 - as parsed
    """Return the types of output that a document describes, and its products."""
    if isinstance(document, list):
        document = {"products": document}
    if not isinstance(document, dict) or not isinstance(document.get("products"), list):
        raise BadInput(f"{name}: expected a list of products, or `products` beside `outputs`, found neither")
    if others := sorted(map(str, document.keys() - {"products", "outputs"})):
        raise BadInput(f"{name}: expected `products` and `outputs` alone, found {', '.join(others)[:80]} too")
    types = document.get("outputs")
    types = {} if types is None else types
    if not isinstance(types, dict) or not all(
        isinstance(key, str) and isinstance(fields, dict) for key, fields in types.items()
    ):
        raise BadInput(f"{name}: expected the fields of each output type under its name, found others")
    if twice := (isinstance(document, Repeating) and document.repeated) or _repeated(types):
        raise BadInput(f"{name}: expected each key once, found {twice!r:.80} twice; keep one of them")
    return types, _items(document["products"])


def _items(products: list[Any]) -> Iterator[Entry]:
    for number, product in enumerate(products, start=1):
        place = f"product {number}"
        if not isinstance(product, dict):
            reason = f"expected fields such as product and source, found {type(product).__name__}"
            yield place, Problem(place=place, product="", reason=reason)
            continue
        entry = _mapping(
            (ALSO.get(str(key), str(key)), value) for key, value in product.items() if value is not None
        )
        if twice := _repeated(product) or _repeated(entry):
            reason = f"expected each field once, found {twice!r:.80} twice; keep one of them"
            yield place, Problem(place=place, product=id_of(entry), reason=reason)
            continue
        if isinstance(entry.get("outputs"), str):
            entry["outputs"] = [entry["outputs"]]
        yield place, {"outputs": ["still"], **entry}
