"""Our modules as syntax trees, so that rules can be said about what they import and call."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGES = ("flows", "tasks", "media", "blocks", "infra", "blender_scripts")


@dataclass(frozen=True)
class Module:
    """One of our source files; `path` is relative to the repository's root."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def package(self) -> str:
        return self.path.parts[0]

    @property
    def name(self) -> str:
        """The dotted name it is imported by."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def imports(self) -> tuple[tuple[str, int], ...]:
        """Every name it imports, anywhere in the file, absolute and to the depth written, with the line."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[tuple[str, int]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield from ((f"{base}.{alias.name}".strip("."), node.lineno) for alias in node.names)

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        folder = self.path.parts[:-1]
        above = folder[: len(folder) - (node.level - 1)]
        return ".".join((*above, *([node.module] if node.module else [])))

    def at(self, line: int) -> str:
        return f"{self.path}:{line}"


def read_modules(root: Path) -> list[Module]:
    """Read every Python file of ours under `root`, in order."""
    paths = (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))
    return [Module(path.relative_to(root), path.read_text()) for path in paths]


def within(name: str, package: str) -> bool:
    """Say whether the dotted `name` is `package` or lies in it."""
    return name == package or name.startswith(package + ".")
