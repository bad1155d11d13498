"""Run the benchmarks, each in a process of its own: `python -m benchmarks [--issue N] [--only NAME]`.

A benchmark is a module in this folder that declares `ISSUE = N` and, run as a module, prints figures as
lines of JSON. Figures alone go to stdout; everything else that a benchmark says goes to stderr.
"""

import argparse
import ast
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from benchmarks.figure import Figure, failure

LONGEST_S = 900.0
"""For a benchmark that declares no `LONGEST_S` of its own; all of them together have 30 minutes."""


@dataclass(frozen=True)
class Benchmark:
    """One module: where it lies, whose figures it has, and how long it may take, in seconds."""

    path: Path
    issue: int
    longest_s: float

    @property
    def name(self) -> str:
        """The module's name, and its figures' where it gives none."""
        return self.path.stem


def find_benchmarks(folder: Path, issue: int | None, only: Sequence[str]) -> list[Benchmark]:
    """Return the benchmarks in `folder` in order, without importing them."""
    found = []
    for path in sorted(folder.glob("*.py")):
        says = _numbers(ast.parse(path.read_text(), str(path)))
        if "ISSUE" in says and issue in (None, says["ISSUE"]) and (not only or path.stem in only):
            found.append(Benchmark(path, int(says["ISSUE"]), says.get("LONGEST_S", LONGEST_S)))
    return found


def _numbers(tree: ast.Module) -> dict[str, float]:
    """Return the numbers that a module gives names to at its top level."""
    says = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
            says.update({target.id: value.value for target in targets if isinstance(target, ast.Name)})
    return says


def measure(benchmark: Benchmark) -> Iterator[Figure]:
    """Run `benchmark` and yield its figures as it prints them; one of value null when it fails."""
    started = time.monotonic()
    figures = 0
    with _started(benchmark) as process:
        for line in process.stdout or ():
            if figure := _parsed(line):
                figures += 1
                yield figure
            else:
                sys.stderr.write(line)
        code = process.wait()
    seconds = time.monotonic() - started
    if seconds >= benchmark.longest_s:
        yield failure(benchmark.name, f"ended by us after {benchmark.longest_s:g} s")
    elif code != 0:
        yield failure(benchmark.name, f"exit code {code} after {seconds:.0f} s; its reason is on stderr")
    elif not figures:
        yield failure(
            benchmark.name, "printed no figure: expected a JSON line with name, value, unit, arms, repeats"
        )


@contextlib.contextmanager
def _started(benchmark: Benchmark) -> Iterator[subprocess.Popen[str]]:
    """Start `benchmark` in a session of its own, all of which ends with the block or at its deadline."""
    folder = benchmark.path.parent
    argv = [sys.executable, "-m", f"{folder.name}.{benchmark.name}"]
    with subprocess.Popen(
        argv,
        cwd=folder.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        watch = threading.Thread(target=_end_when_over, args=(process, benchmark.longest_s))
        watch.start()
        try:
            yield process
        finally:
            _end(process)
            watch.join()


def _end_when_over(process: subprocess.Popen[str], longest_s: float) -> None:
    """Wait for `process` or its deadline, then end what it left: a child that holds stdout would hold us."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=longest_s)
    _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _parsed(line: str) -> Figure | None:
    try:
        return Figure.model_validate_json(line)
    except ValidationError:
        return None


def main(argv: Sequence[str], folder: Path = Path(__file__).parent) -> int:
    """Print the figures of the benchmarks asked for; 1 when one of them is null or none was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--issue", type=int, help="only the figures that this issue promises")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this module")
    arguments = parser.parse_args(argv)
    benchmarks = find_benchmarks(folder, arguments.issue, arguments.only)
    if not benchmarks:
        sys.stderr.write(f"{folder}: expected benchmarks that were asked for, found none\n")
    whole = bool(benchmarks)
    for benchmark in benchmarks:
        sys.stderr.write(f"benchmark {benchmark.name}\n")
        started = time.monotonic()
        for figure in measure(benchmark):
            print(figure.model_dump_json(), flush=True)
            whole = whole and figure.value is not None
        sys.stderr.write(f"benchmark {benchmark.name} took {time.monotonic() - started:.0f} s\n")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
