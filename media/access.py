"""Where a caller's sources may come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from media.download import Web
from media.errors import BadInput
from media.redact import redacted
from media.reference import printable

Fetch = Callable[[str, Path], object]
"""Copies the file at an address of one scheme to a path; what it returns is not looked at.

It raises media errors, shows no credentials in them, and asks for the size before it takes a file.
"""


Version = Callable[[str], str]
"""Returns what changes when the file at an address of one scheme does, without reading it; raises alike."""


@dataclass(frozen=True)
class Access:
    """What one kind of caller may name as a source.

    Attributes:
        local: Folders below which files of this machine may be named, links followed; None for any file, as
            on one's own machine, and () for none.
        fetchers: By scheme, how files are fetched from where we have credentials, such as `s3`.
        versions: By scheme, how it is told that a file is still as it was, where that can be; a file from
            `https://` comes with its version.
        web: How files are taken from `https://` addresses.
    """

    local: tuple[Path, ...] | None = None
    fetchers: Mapping[str, Fetch] = field(default_factory=dict)
    versions: Mapping[str, Version] = field(default_factory=dict)
    web: Web = field(default_factory=Web)

    def local_file(self, path: Path) -> Path:
        """Return where a file really lies, every link followed, if the caller may have it.

        Raises:
            BadInput: The caller may not, or there is no such file.
        """
        shown = printable(redacted(str(path)))
        try:
            real = path.expanduser().resolve()
            roots = None if self.local is None else [root.resolve() for root in self.local]
            # Whether there is such a file is told only to those who may read it.
            if roots is not None and not any(real.is_relative_to(root) for root in roots):
                raise BadInput(
                    f"{shown}: expected an https:// address or a file in a folder that is open to you, found "
                    "a path outside; upload the file"
                )
            if not real.is_file():
                raise BadInput(f"{shown}: expected a file, found {_what_is_at(real)} there")
        except (
            OSError,
            RuntimeError,
            ValueError,
        ) as error:  # links in a circle, a name too long, a zero byte
            raise BadInput(f"{shown}: expected a path, found that it leads nowhere; check it") from error
        return real


def _what_is_at(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    return "a device or pipe" if path.exists() else "nothing"
