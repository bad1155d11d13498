"""What Blender's statistics lines tell while a frame renders: samples done, and time spent on kernels."""

import re
import time

from blender_scripts.events import EventChannel

_SAMPLE = re.compile(r"Sample (\d+)/(\d+)")
_KERNELS = re.compile(r"Loading (render|denoising) kernels")
_LEAST_PAUSE = 0.2  # seconds between progress events


class StatisticsLines:
    """A `render_stats` handler for one frame; sends progress events, a few a second.

    Attributes:
        samples: How many are done.
        kernels_s: How long kernels were being loaded or compiled, in seconds: from the line that says so to
            the next line.
        first_sample_s: From the beginning to the first sample, in seconds; None if there was none.
    """

    def __init__(self, frame: int, channel: EventChannel) -> None:
        self.samples = 0
        self.kernels_s = 0.0
        self.first_sample_s: float | None = None
        self._frame = frame
        self._channel = channel
        self._last = 0.0
        self._began = time.monotonic()
        self._loading_since: float | None = None

    def __call__(self, statistics: object, *_: object) -> None:
        """Take what Blender hands to a `render_stats` handler: in all versions a line of text first."""
        now, line = time.monotonic(), str(statistics)
        self._time_kernels(now, loading=_KERNELS.search(line) is not None)
        found = _SAMPLE.search(line)
        if found is None:
            return
        if self.first_sample_s is None:
            self.first_sample_s = now - self._began
        sample, samples = int(found[1]), int(found[2])
        self.samples = max(self.samples, sample)
        if sample == samples or now - self._last >= _LEAST_PAUSE:
            self._last = now
            self._channel.send("sample_progress", frame=self._frame, sample=sample, samples=samples)

    def _time_kernels(self, now: float, *, loading: bool) -> None:
        if self._loading_since is not None:
            self.kernels_s += now - self._loading_since
        self._loading_since = now if loading else None
