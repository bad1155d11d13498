"""An order for frames: what a renderer is asked for, whatever kind of work it is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.blender import Ticket
from media.blender_events import Event
from media.frame_gate import FrameFacts, FrameSpec, inspect_frame
from media.frame_plan import FramePlan
from media.frames import Frame

Report = Callable[[Event | Frame], None]


@dataclass(frozen=True)
class Order:
    """Frames to render, and all that a renderer has to know of them.

    Attributes:
        plan: Which frames, and what names them.
        spec: What each of them must be.
        script_job: Brings what is rendered into a folder and returns the script's job.
        ticket: For the renderer host; without one, a child of its own renders.
        confined: Whether that child is kept in its folder, as what it opens is not trusted.
        shared: Whether others render frames of this plan at the same time, so that each is asked for anew.
        shown: What the picture beside each frame must be, where one shows it.
        inspect: The gate that each frame passes.
    """

    plan: FramePlan
    spec: FrameSpec
    script_job: Callable[[Path], Mapping[str, Any]]
    ticket: Ticket | None = None
    confined: bool = False
    shared: bool = False
    shown: FrameSpec | None = None
    inspect: Callable[[Path, FrameSpec], FrameFacts] = inspect_frame
