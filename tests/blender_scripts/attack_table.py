"""What each attack does, as it was seen, and the table of it."""

from dataclasses import dataclass

# Each attack, what it does where nothing defends, and the kind of the finding that names what was removed.
BY_SCRIPTS = {  # only where the file was opened as trusted
    "registered text": ("writes", "text-block"),
    "frame handler": ("writes", "text-block"),
    "load handler": ("writes", "text-block"),
    "driver on an object": ("writes", "driver"),
    "driver on a shape key": ("writes", "driver"),
    "driver on a material": ("writes", "driver"),
    "driver on the world": ("writes", "driver"),
    "driver in a node group": ("writes", "driver"),
    "freestyle module": ("writes", "freestyle"),  # in some versions without trust too: 5.0.1, not 4.5.15
}
WITHOUT_SCRIPTS = {
    "file output": ("writes", "output-node"),
    "file output in groups": ("writes", "output-node"),
    "import text": ("shows", "import-node"),
    "import text in a group": ("shows", "import-node"),
    "shader program": ("shows", "script-node"),
    "picture": ("shows", "outside-image"),
    "picture by dots": ("shows", "outside-image"),
    "picture by backslashes": ("shows", "outside-image"),
    "picture by link": ("shows", "outside-image"),
    "picture of tiles": ("shows", "outside-image"),
    "library": ("shows", "outside-library"),
    "picture of a library": ("shows", "outside-image"),
    "mesh cache": ("shows", "outside-path"),
    "alembic cache": ("shows", "outside-cache"),
    "usd cache": ("shows", "outside-cache"),
    "usd cache that refers": ("shows", "naming-files"),
    "image strip": ("shows", "strip"),
    "image strip in a meta": ("shows", "strip"),
    "volume": ("reads", "outside-path"),
    "film that is a playlist": ("reads", "naming-files"),
    "font": ("reads", "outside-font"),
    "lamp profile": ("reads", "outside-path"),
    "fluid cache": ("writes", "fluid"),
}
BY_NAME_ONLY = {  # they name what is ours; nothing was seen to come of it
    "lens program": ("", "osl"),
    "clip and sound": ("", "outside-clip"),
    "baked nodes": ("", "outside-path"),
    "scene strip": ("", "strip"),
    "disk cache": ("", "outside-cache"),
    "linked cache": ("", "outside-cache"),
}
ATTACKS = BY_SCRIPTS | WITHOUT_SCRIPTS | BY_NAME_ONLY
HARMLESS = ("sheet inside", "library inside", "packed picture", "lamp inside")


@dataclass(frozen=True)
class Seen:
    """What each sample did: opened without scripts, opened with them, and opened without and sanitised."""

    untrusted: dict[str, dict]
    trusted: dict[str, dict]
    sanitised: dict[str, dict]

    def has(self, name: str) -> bool:
        """Tell whether this Blender can make the sample at all; some came with 4.5."""
        return name in self.untrusted

    def __str__(self) -> str:
        rows = [("attack", "without scripts", "with scripts", "while opening", "sanitised", "removed")]
        rows += [self._row(name) for name in (*self.untrusted,)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _row(self, name: str) -> tuple[str, ...]:
        after = self.sanitised[name]
        early = {"opened": after["opened_early"], "written": after["written_early"], "green": 0.0}
        kinds = sorted({finding["kind"] for finding in after["findings"]})
        shown = [deed(self.untrusted[name]), deed(self.trusted[name]), deed(early), deed(after)]
        if name in HARMLESS:
            shown = ["its own" if each == "shows" else each for each in shown]
        return (name, *(each or "-" for each in shown), ", ".join(kinds) or "-")


def deed(outcome: dict) -> str:
    """Return the worst that a sample was seen to do: write, show the secret, read it, or nothing."""
    if outcome["written"]:
        return "writes"
    if outcome["green"] > 0:
        return "shows"
    return "reads" if outcome["opened"] else ""
