"""A bad day at RunPod: everything that may go wrong does so now and then, in an order that a seed decides."""

from decimal import Decimal

from tests.fakes.runpod.faults import Chance, Fate, Fault
from tests.fakes.runpod.problems import DENIED, NO_BALANCE, NO_CAPACITY

LIMITED = (429, "rate limit exceeded for the minute window")
FAILED = (500, "internal server error")
# Asking for anything.
ASKING = (
    (0.01, Fault("", answer=FAILED)),
    (0.01, Fault("", html=502)),
    (0.01, Fault("", html=503)),
    (0.01, Fault("", answer=LIMITED, retry_after=2)),
    (0.01, Fault("", drop=True)),
    (0.01, Fault("", lose_reply=True)),
    (0.01, Fault("", wait_s=3.0)),
    (0.002, Fault("", revoke_s=20.0)),
    (0.001, Fault("", exhaust="minute")),
)
CREATING = (
    (0.10, Fault("", answer=(400, NO_CAPACITY))),
    (0.02, Fault("", answer=(403, DENIED))),
    (0.01, Fault("", answer=(402, NO_BALANCE))),
    (0.05, Fault("", lose_reply=True)),
    (0.03, Fault("", html=502, after_all=True)),
    (0.03, Fault("", unlisted_s=15.0)),
    (0.02, Fault("", usd_factor=Decimal(3))),
    (0.02, Fault("", other_gpu="NVIDIA RTX A4000")),
    *ASKING,
)
DELETING = (
    (0.05, Fault("", answer=FAILED, after_all=True)),
    (0.03, Fault("", answer=(409, "pod is being updated"))),
    (0.05, Fault("", ignore=True)),
    (0.05, Fault("", lingers_s=30.0)),
    (0.05, Fault("", later_s=30.0)),
    (0.05, Fault("", wait_s=8.0)),
    *ASKING,
)
READING_LOGS = (
    (0.10, Fault("", cut_at=70)),
    (0.05, Fault("", replay=3)),
    (0.05, Fault("", shuffle=True)),
    (0.05, Fault("", answer=(400, "log stream is not available"))),
    *ASKING,
)
BILLING = ((0.5, Fault("", late_s=3600.0)), *ASKING)
FATES = (
    (0.03, Fate(stuck="PROVISIONING")),
    (0.03, Fate(stuck="STARTING")),
    (0.03, Fate(pull_s=300.0)),
    (0.03, Fate(error=True)),
    (0.03, Fate(bad_image="error pulling image: unauthorized: authentication required")),
    (0.02, Fate(old_cuda=True)),
    (0.03, Fate(runtime_null_s=60.0)),
    (0.05, Fate(flaps=True)),
    (0.04, Fate(then="exit", after_s=20.0)),
    (0.03, Fate(then="oom", after_s=30.0)),
    (0.05, Fate(then="vanish", after_s=25.0)),
    (0.03, Fate(then="stop", after_s=25.0, stale_runtime=True)),
    (0.03, Fate(then="hang", after_s=15.0)),
    (0.03, Fate(then="delete", after_s=20.0)),
    (0.05, Fate(then="preempt", after_s=25.0)),
    (0.02, Fate(then="outbid", after_s=25.0)),
)


def bad_day(seed: int) -> Chance:
    """Return the odds of everything."""
    special = {
        "createPod": CREATING,
        "deletePod": DELETING,
        "podAction": DELETING,
        "graphql": DELETING,
        "getPodLogs": READING_LOGS,
        "listPodBilling": BILLING,
    }
    usual = dict.fromkeys(("listPods", "getPod", "listGpuTypes", "listDataCenters"), ASKING)
    return Chance(faults={**usual, **special}, fates=FATES, seed=seed)
