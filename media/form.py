"""How jobs show up in forms: what may stay empty, what may not be shown, and what comes first."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from media.address import PUBLIC, expect_public

# Kept out of the schema: a form shows one plain field that may stay empty, not a choice of types. Prefect
# takes null for it all the same, as long as no default is stated.
Unsaid = SkipJsonSchema[None]

# By the pattern, Prefect refuses an address with a secret before it keeps it.
PublicAddress = Annotated[
    str,
    Field(min_length=1, max_length=4096, json_schema_extra={"pattern": PUBLIC}),
    AfterValidator(expect_public),
]


def order_fields(schema: dict[str, Any], first: Sequence[str] = ()) -> None:
    """Put some fields of a schema first (Prefect's form goes by `position`), and no defaults of null."""
    fields = schema["properties"]
    names = [name for name in first if name in fields]
    names += [name for name in fields if name not in names]
    for position, name in enumerate(names):
        fields[name]["position"] = position
        if fields[name].get("default", ...) is None:
            del fields[name]["default"]
    schema["properties"] = {name: fields[name] for name in names}
