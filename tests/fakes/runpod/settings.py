"""How the stand-in behaves where RunPod may be configured, is not documented, or has changed its mind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.fakes.runpod.billing import Tariff
from tests.fakes.runpod.limits import ALLOWED


@dataclass(frozen=True)
class Settings:
    """All seconds are the cloud's own.

    Attributes:
        provision_s: How long a pod is PROVISIONING.
        pull_s: How long it is STARTING, while its image is fetched.
        grace_s: Time between SIGTERM and SIGKILL when a pod is terminated; RunPod names none.
        gone_after_s: For how long a terminated pod can still be read, as TERMINATED.
        restarts: Whether a container whose process exits is started again, the pod RUNNING all the time.
            RunPod does; if False, the pod is EXITED.
        restart_pause_s: Time between the two.
        tariff: Which status costs what.
        balance: Credit of the account at first, in USD.
        billing_every_s: How often RunPod looks whether credit is left.
        least_hours: For how many hours there must be credit before a pod is made.
        allowed: Requests a minute, an hour and a day.
        unknown_gpu: Status for a kind of GPU that does not exist: 400 (no capacity) or 422.
        needs_count: Whether a creation without `gpu.count` finds no machine, as was seen.
        most_env: How many variables a pod may have.
        page_size: How many pods one answer lists, if it is not asked for fewer.
        spot: Whether GraphQL still rents what may be taken away; RunPod stopped doing so.
        spot_factor: What such a pod costs, compared with the community's price.
        seed: Decides ids and, with them, everything that looks random.
        store: Folder for what pods write, needed only for pods that are processes.
        cwd: Where their commands start.
        image_argv: What an image runs when the order names no entrypoint.
    """

    provision_s: float = 2.0
    pull_s: float = 5.0
    grace_s: float = 10.0
    gone_after_s: float = 1.0
    restarts: bool = True
    restart_pause_s: float = 1.0
    tariff: Tariff = field(default_factory=Tariff)
    balance: Decimal = Decimal(100)
    billing_every_s: float = 300.0
    least_hours: Decimal = Decimal(1)
    allowed: Mapping[str, int] = field(default_factory=ALLOWED.copy)
    unknown_gpu: int = 400
    needs_count: bool = True
    most_env: int = 50
    page_size: int = 1000
    spot: bool = False
    spot_factor: Decimal = Decimal("0.5")
    seed: int = 0
    store: Path = Path("out") / "runpod-sim"
    cwd: Path = Path(__file__).resolve().parents[3]
    image_argv: tuple[str, ...] = ("sleep", "infinity")
