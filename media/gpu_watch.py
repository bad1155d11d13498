"""Look at this machine's NVIDIA GPUs once a second while something else works on them.

The driver's own tool tells, for as long as it is let: one child for a renderer's whole life. A tool that is
missing, hangs, dies or prints what is no figure costs nothing but the samples, and says why there are none.
"""

import math
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from media.errors import MediaError
from media.process import Child, Limits, start

INTERVAL_S = 1.0
"""The driver's figure is itself a mean over up to a second."""
FIELDS = "index,name,driver_version,utilization.gpu,memory.used"
ENCODER = ",utilization.encoder"
"""Older drivers do not know this field, and then print nothing but that."""
FORMAT = "--format=csv,noheader,nounits"
MOST_SAMPLES, MOST_REFUSED = 200_000, 100
"""Two days of one GPU, and lines that are no sample; then nobody listens any more."""
LONGEST_WORDS = 120


@dataclass(frozen=True)
class GpuSample:
    """One look at one GPU.

    Attributes:
        at: When its line came, in monotonic seconds.
        index: Which GPU, as the driver counts.
        percent: How busy it was: the share of about the last second in which anything ran on it.
        memory_mib: Memory in use, whoever uses it.
        encoder_percent: How busy its video encoder was, if the driver says.
    """

    at: float
    index: int
    name: str
    driver: str
    percent: float
    memory_mib: int
    encoder_percent: float | None = None


@dataclass
class GpuWatch:
    """What was seen so far; a thread adds to it.

    Attributes:
        samples: In the order in which they came.
        refusal: Why there is none, if it is known.
        refused: How many lines were no samples.
    """

    samples: list[GpuSample] = field(default_factory=list)
    refusal: str = ""
    refused: int = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is to be learnt."""
        return len(self.samples) >= MOST_SAMPLES or self.refused >= MOST_REFUSED

    def take(self, line: str, at: float) -> None:
        """Take a line that the tool printed; one that is no sample is kept as its words."""
        sample = parse_sample(line, at)
        if sample is None:
            self.refused += 1
            self.refusal = f"nvidia-smi said {line.strip()[:LONGEST_WORDS]!r}"
        else:
            self.samples.append(sample)


def watch_argv(tool: Path, interval_s: float, only: str = "") -> list[str]:
    """Return the command that prints a line a GPU for ever, on our report channel.

    Args:
        tool: nvidia-smi.
        interval_s: Seconds from one look to the next.
        only: Which GPUs, by number or UUID, separated by commas; if empty, all.
    """
    rest = [FORMAT, f"--loop-ms={interval_s * 1000:.0f}", *([f"--id={only}"] if only else [])]
    script = 'tool=$1 full=$2 plain=$3; shift 3; "$tool" "$full" "$@" >&3 || exec "$tool" "$plain" "$@" >&3'
    fields = [f"--query-gpu={FIELDS}{ENCODER}", f"--query-gpu={FIELDS}"]
    return ["/bin/sh", "-c", script, "sh", str(tool), *fields, *rest]


def chosen_gpus(env: Mapping[str, str]) -> str:
    """Return the GPUs that an environment leaves to a renderer, as nvidia-smi takes them; empty for all."""
    visible = env.get("CUDA_VISIBLE_DEVICES", "").replace(" ", "")
    return visible if re.fullmatch(r"(\d+|GPU-[0-9a-fA-F-]+)(,(\d+|GPU-[0-9a-fA-F-]+))*", visible) else ""


@contextmanager
def watching(
    tool: Path | None, folder: Path, env: Mapping[str, str], interval_s: float = INTERVAL_S
) -> Iterator[GpuWatch]:
    """Watch while the block runs; what is handed out fills meanwhile.

    The tool reads nothing of a stranger's and is not isolated: a machine's first use of the driver makes its
    device files by a setuid program, which a user namespace would disarm.
    """
    if tool is None:
        yield GpuWatch(refusal="no nvidia-smi")
        return
    watch = GpuWatch(refusal="nvidia-smi printed nothing")
    argv = watch_argv(tool, interval_s, chosen_gpus(env))
    try:
        child = start(argv, cwd=folder, limits=Limits(network=True), env=env)
    except (MediaError, OSError) as error:
        yield GpuWatch(refusal=f"nvidia-smi cannot be started: {error}")
        return
    reader = threading.Thread(target=_read, args=(child, watch), daemon=True)
    reader.start()
    try:
        yield watch
    finally:
        child.end()
        reader.join()


def parse_sample(line: str, at: float) -> GpuSample | None:
    """Return the sample on a line, or None if it is none; the encoder's figure alone may be missing."""
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) not in {5, 6} or not (cells[0].isdecimal() and cells[4].isdecimal()):
        return None
    percent = _percent(cells[3])
    if percent is None:
        return None
    encoder = _percent(cells[5]) if len(cells) > 5 else None  # noqa: PLR2004 - the last of `FIELDS` and `ENCODER`
    return GpuSample(at, int(cells[0]), cells[1], cells[2], percent, int(cells[4]), encoder)


def _percent(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:  # such as [N/A], which a part of a GPU says
        return None
    return value if math.isfinite(value) and 0 <= value <= 100 else None  # noqa: PLR2004 - per cent


def _read(child: Child, watch: GpuWatch) -> None:
    try:
        for line in child.reports():
            watch.take(line, time.monotonic())
            if watch.is_full:  # who goes on printing has to wait, as on any pipe
                return
    except MediaError as error:  # a line without an end
        watch.refusal = str(error)
    if not watch.samples and (words := child.log_tail().strip()):
        watch.refusal = f"nvidia-smi said {words[-LONGEST_WORDS:]!r}"
