"""docs/runpod.md as a newcomer reads it: its shell blocks in order, and its table of job variables."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.flows.served import ROOT, process

PAGE = ROOT / "docs" / "runpod.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What these start stays until somebody ends it; they stand last in their blocks.
STAYING = re.compile(r"^make (server|runpod-sim|worker)\b", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One block: what ends, and then what stays, if anything does."""

    ending: str
    staying: str


def blocks() -> list[Block]:
    """Return the page's shell blocks in order."""
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return [_block(text) for text in found]


def _block(text: str) -> Block:
    staying = STAYING.search(text)
    if staying is None:
        return Block(text, "")
    command, *rest = text[staying.start() :].splitlines()
    assert not rest, f"{command} does not end, so nothing may follow it in its block: {rest}"
    return Block(text[: staying.start()], command.partition("  #")[0].strip())


@dataclass
class Newcomer:
    """Follows the page in bash, with a home of their own; other places than the page's are said here.

    Attributes:
        folder: Home, logs, and what the page writes into `out`.
        env: What a fresh terminal has.
        instead: What is put in the place of which words of the page.
        stack: Ends what stays.
    """

    folder: Path
    env: dict[str, str]
    instead: Mapping[str, str]
    stack: ExitStack
    logs: dict[str, Path] = field(default_factory=dict)

    def follow(self, block: Block) -> None:
        """Do what a block says; what it exports and sets is there in the next one, as in one terminal."""
        self._to_the_end(self._here(block.ending))
        if block.staying:
            self._stay(self._here(block.staying))

    def _here(self, text: str) -> str:
        for there, here in self.instead.items():
            text = text.replace(there, here)
        return text

    def _to_the_end(self, script: str) -> None:
        after = self.folder / "environment"
        script = f"set -aeuo pipefail\n{script}\nenv -0 > {shlex.quote(str(after))}\n"
        log = self.folder / "commands.log"
        with log.open("ab") as output:
            done = subprocess.run(
                ["/bin/bash", "-c", script], cwd=ROOT, env=self.env, stdout=output, stderr=output, check=False
            )
        assert done.returncode == 0, f"{script}\n{log.read_text()[-4000:]}"
        pairs = (line.partition("=") for line in after.read_text().split("\0") if line)
        self.env = {name: value for name, _, value in pairs if name not in {"_", "SHLVL"}}

    def _stay(self, command: str) -> None:
        if command in self.logs:  # it still stays from an earlier block
            return
        log = self.folder / f"{len(self.logs)}.log"
        # A terminal's input is open as long as the terminal, and nobody types.
        argv = ["bash", "-c", f"tail -f /dev/null | {command}"]
        self.logs[command] = log
        self.stack.enter_context(process(argv, self.env, log))


def clean_environment(folder: Path) -> dict[str, str]:
    """Return what a fresh terminal of somebody who has nothing of ours has."""
    ours = re.compile(r"PREFECT_|RENDERMILL_|RUNPOD_|AWS_|MAKE|ARGS$|VIRTUAL_ENV$|PYTEST")
    env = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return env | {"HOME": str(folder), "TMPDIR": str(folder / "tmp")}


def table(schema: Mapping[str, dict[str, object]]) -> Iterator[str]:
    """Yield the rows that the page has to have about the fields of a form."""
    for name, about in schema.items():
        default = about.get("default")
        said = "" if default in (None, "") else f"`{json.dumps(default).strip(chr(34))}`"
        yield f"| `{name}` | {said} | {about['description']} |"
