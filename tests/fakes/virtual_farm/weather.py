"""Bad weather over a farm in virtual time: what befalls requests and pods by chance, and what befalls all."""

import asyncio
from collections.abc import Iterator
from random import Random

from tests.fakes.runpod.chance import ASKING, DELETING, READING_LOGS
from tests.fakes.runpod.faults import Chance, Fate, Fault
from tests.fakes.runpod.problems import DENIED, NO_CAPACITY
from tests.fakes.virtual_farm.farm import VirtualFarm

USUAL = tuple((odds, fault) for odds, fault in ASKING if not fault.exhaust)
CREATING = (
    (0.08, Fault("", answer=(400, NO_CAPACITY))),
    (0.02, Fault("", answer=(403, DENIED))),
    (0.03, Fault("", lose_reply=True)),
    (0.02, Fault("", html=502, after_all=True)),
    (0.03, Fault("", unlisted_s=15.0)),
    (0.02, Fault("", lose_reply=True, unlisted_s=8.0)),
    (0.01, Fault("", other_gpu="NVIDIA RTX A4000")),
    *USUAL,
)
AT_ONCE = (
    (0.01, Fate(stuck="PROVISIONING")),
    (0.01, Fate(stuck="STARTING")),
    (0.02, Fate(pull_s=200.0)),
    (0.01, Fate(error=True)),
    (0.01, Fate(bad_image="error pulling image: unauthorized: authentication required")),
    (0.01, Fate(old_cuda=True)),
    (0.02, Fate(runtime_null_s=60.0)),
    (0.03, Fate(flaps=True)),
)
LATER = ("exit", "oom", "vanish", "stop", "hang", "delete", "preempt", "outbid")
MOMENTS_S = (2.0, 12.0, 31.0, 55.0, 90.0, 130.0)


def storm(seed: int, losses: float = 0.3) -> Chance:
    """Return the odds of a day on which so many machines are lost while they work, at any moment of it."""
    special = {
        "createPod": CREATING,
        "deletePod": DELETING,
        "podAction": DELETING,
        "getPodLogs": READING_LOGS,
    }
    usual = dict.fromkeys(("listPods", "getPod", "listGpuTypes"), USUAL)
    each = losses / (len(LATER) * len(MOMENTS_S))
    later = tuple(
        (each, Fate(then=then, after_s=after, stale_runtime=then == "stop"))
        for then in LATER
        for after in MOMENTS_S
    )
    return Chance(faults={**usual, **special}, fates=(*AT_ONCE, *later), seed=seed)


async def workers_are_killed(farm: VirtualFarm, seed: int, every_s: float = 240.0) -> None:
    """Kill the worker now and then; another one begins a little later."""
    for pause in _moments(seed, every_s):
        await asyncio.sleep(pause)
        await farm.kill_worker()
        await asyncio.sleep(pause / 10)
        farm.start_worker()


async def the_key_is_revoked(farm: VirtualFarm, after_s: float, seconds: float) -> None:
    """Let the account's key be unknown for some minutes."""
    await asyncio.sleep(after_s)
    farm.cloud.revoke_key(seconds)


async def many_hosts_are_lost(farm: VirtualFarm, after_s: float, one_in: int) -> None:
    """Lose many machines at one moment."""
    await asyncio.sleep(after_s)
    for pod in farm.cloud.alive[::one_in]:
        farm.cloud.lose_host(pod.pod_id)


async def nothing_may_be_asked(farm: VirtualFarm, every_s: float) -> None:
    """Let somebody else use up the minute now and then, by the same key."""
    while True:
        await asyncio.sleep(every_s)
        farm.cloud.state.limits.exhaust("minute", farm.clock.now())


def _moments(seed: int, every_s: float) -> Iterator[float]:
    random = Random(seed)  # noqa: S311 - repeatable, not secret
    while True:
        yield random.uniform(0.5, 1.5) * every_s
