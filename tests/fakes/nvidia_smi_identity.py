"""Answers as nvidia-smi does when it is asked which GPUs there are: with the lines of a file beside it.

Installed by `installed(folder, *lines)`; it counts how often it is asked.
"""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Installed:
    """The tool, and how often it was asked."""

    tool: Path

    @property
    def asked(self) -> int:
        return len(self.tool.with_name("asked").read_text().splitlines())


def installed(folder: Path, *lines: str, code: int = 0) -> Installed:
    """Install the tool in a folder; it prints these lines and ends with this code."""
    (folder / "asked").touch()
    (folder / "gpus").write_text("".join(f"{line}\n" for line in lines))
    tool = folder / "nvidia-smi"
    tool.write_text(f'#!/bin/sh\necho "$*" >> {folder}/asked\ncat {folder}/gpus\nexit {code}\n')
    tool.chmod(0o755)
    return Installed(tool)


if __name__ == "__main__":
    installed(Path(sys.argv[1]), *sys.argv[2:])
