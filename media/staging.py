"""Bring files into the store at the door, before their addresses are shown to anybody.

A presigned link opens a file for whoever reads it, and the parameters of a run are read by many. So whoever
takes jobs from people (command line, HTTP, serverless) stages such files first, and gives the new names.
Which fields of a job are addresses of files, its model says: those of the type `PublicAddress`, at any depth.
"""

from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel

from media.access import Access
from media.address import expect_public, is_public, public_part
from media.errors import BadInput
from media.footage.container import MEDIA_TYPES
from media.footage.sniff import footage_of_file
from media.intake import Arrived, stored_address, stored_source, taken_in
from media.patience import retried
from media.source import keep_model, staged_address
from media.store import ObjectStore


def stage(address: str, store: ObjectStore, access: Access) -> str:
    """Store the file at a path or address, and return the address under which every job finds it.

    Raises:
        MediaError: As `taken_in` says, after the retries that its class allows; or it is neither a model nor
            footage.
    """

    def keep(arrived: Arrived) -> str:
        try:
            return staged_address(keep_model(arrived, store))
        except BadInput:
            container = footage_of_file(arrived.path)
            if container is None:
                raise
        asset, _ = stored_source(arrived.path, arrived.name, MEDIA_TYPES[container], store)
        return stored_address(asset, arrived.name)

    return retried(lambda: taken_in(address, store, access, keep))


def with_public_addresses(given: object, model: type[BaseModel]) -> object:
    """Return a job as it was given, without what may be secret, to see whether all else about it is right."""
    return _changed(given, model, (), public_part)


def staged(given: object, model: type[BaseModel], store: ObjectStore, access: Access) -> object:
    """Return a job as it was given, every file at an address that may hold a secret named in the store.

    Raises:
        MediaError: As `stage` says.
    """
    return _changed(given, model, (), lambda one: one if is_public(one) else stage(one, store, access))


def _changed(given: Any, kind: Any, rules: tuple[Any, ...], change: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON, and a type of any form
    """Return JSON of the type `kind`, validated by `rules`, with every address of a file in it changed."""
    if get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        return _changed(given, kind, (*rules, *more), change)
    match given:
        case str() if any(isinstance(one, AfterValidator) and one.func is expect_public for one in rules):
            return change(given)
        case dict() if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {name: field for name, field in kind.model_fields.items() if name in given}
            return given | {
                name: _changed(given[name], field.annotation, tuple(field.metadata), change)
                for name, field in fields.items()
            }
        case list() if get_origin(kind) in {list, tuple}:
            (item, *_) = get_args(kind)
            return [_changed(one, item, (), change) for one in given]
        case _:
            for one in get_args(kind):  # of a union; what another of it has changed is no secret any more
                given = _changed(given, one, (), change)
            return given
