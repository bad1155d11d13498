"""How near many machines that keep dying come to the least time that one job can take on them.

1,000 frames of 2 s on 50 machines that take 20 s to start and die once a minute each, in virtual time: the
planner, the watcher, the renter and the client of the provider are the real ones, the cloud is the stand-in
for RunPod's and the orchestrator one in memory. Noticing that a machine is gone takes as long as it does.

The ideal is the time in which 50 machines can do what nobody can avoid: render each frame once, and start as
often as they did start, at the beginning and after each death (a start that was cut short by a death counts
for as long as it lasted). Whatever else there is counts against us: noticing a death, renting again, frames
that died half done, what one machine waits for another at the end.
"""

import logging
import statistics
from functools import partial

from benchmarks.figure import Figure
from infra.rental.terms import Terms
from tests.fakes.runpod.faults import Chance, Fate
from tests.fakes.runpod.settings import Settings
from tests.fakes.virtual_farm.farm import GENEROUS, VirtualFarm
from tests.fakes.virtual_farm.sharing import SharedJob
from tests.fakes.virtual_farm.work import Work

ISSUE = 5
LONGEST_S = 300.0

FRAMES = 1_000
FRAME_S = 2.0
MACHINES = 50
START_S = 20.0
LIFE_S = 60.0
SEEDS = range(5)
"""Deaths come by chance, so the figure is the median of several days."""
