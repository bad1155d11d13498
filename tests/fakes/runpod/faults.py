"""What may go wrong: a script of faults of requests and of fates of pods, or seeded chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from random import Random
from typing import TypeVar


@dataclass(frozen=True)
class Subject:
    """What a request or a pod is about, as far as it is known."""

    gpu: str = ""
    cloud: str = ""
    place: str = ""
    name: str = ""
    by_pod: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """Whom something befalls; a pattern that is empty fits everything.

    Attributes:
        gpu: Pattern (as of file names) for the kind of GPU or CPU.
        cloud: Pattern for SECURE or COMMUNITY.
        place: Pattern for the data centre, or in a creation for the list of them, joined by commas.
        name: Pattern for the pod's name.
        by_pod: Only requests that a pod makes with its own key.
        times: How many it befalls.
        after: How many that fit pass before.
    """

    gpu: str = ""
    cloud: str = ""
    place: str = ""
    name: str = ""
    by_pod: bool = False
    times: int = 1
    after: int = 0

    def fits(self, subject: Subject) -> bool:
        """Tell whether it is about a subject."""
        pairs = (
            (self.gpu, subject.gpu),
            (self.cloud, subject.cloud),
            (self.place, subject.place),
            (self.name, subject.name),
        )
        if self.by_pod and not subject.by_pod:
            return False
        return all(not pattern or fnmatchcase(value, pattern) for pattern, value in pairs)


@dataclass(frozen=True)
class Fault(Case):
    """What befalls requests of one kind.

    Attributes:
        on: The operation as RunPod's description names it, such as `createPod`, `deletePod` or `getPodLogs`;
            `graphql` for all of that; `*` for any.
        answer: Status and detail to say instead of doing anything; GraphQL takes 200 for an error of its own.
        errors: Single faults that a 422 names.
        retry_after: Seconds that a 429 asks for.
        html: Status of a proxy's page instead of an answer.
        after_all: Do it, then say `answer` or `html` all the same.
        wait_s: Seconds between what happens and the reply.
        drop: End the connection without doing it.
        lose_reply: Do it, then end the connection without a word.
        ignore: Say that it was done, and do nothing.
        revoke_s: The key is not known for so long.
        exhaust: `minute`, `hour` or `day`: nothing is left in this window.
        unlisted_s: createPod: for so long the new pod is not listed; who knows its id can read and end it.
        usd_factor: createPod: what it costs, compared with the catalogue.
        other_gpu: createPod: the GPU that is given instead.
        later_s: deletePod: it is done only so much later, and billed until then.
        lingers_s: deletePod: for so long the pod is still listed as it was.
        late_s: listPodBilling: a bucket is told only so long after its end.
        cut_at: Bytes of the reply's body after which the connection ends; in a stream, mid-frame.
        replay: getPodLogs: how many lines are told twice.
        shuffle: getPodLogs: the lines that are there come in another order.
    """

    on: str
    answer: tuple[int, str] | None = None
    errors: tuple[str, ...] = ()
    retry_after: int | None = None
    html: int | None = None
    after_all: bool = False
    wait_s: float = 0.0
    drop: bool = False
    lose_reply: bool = False
    ignore: bool = False
    revoke_s: float = 0.0
    exhaust: str = ""
    unlisted_s: float = 0.0
    usd_factor: Decimal = Decimal(1)
    other_gpu: str = ""
    later_s: float = 0.0
    lingers_s: float = 0.0
    late_s: float = 0.0
    cut_at: int | None = None
    replay: int = 0
    shuffle: bool = False


@dataclass(frozen=True)
class Fate(Case):
    """What befalls a pod, told when it is made.

    Attributes:
        stuck: `PROVISIONING` or `STARTING`: it stays so for ever.
        provision_s: How long it is PROVISIONING, if not as usual.
        pull_s: How long it is STARTING, if not as usual.
        error: It becomes ERROR instead of RUNNING.
        bad_image: It is EXITED by RunPod instead of RUNNING, and this line of the system log alone says why.
        old_cuda: Its container never starts, again and again.
        runtime_null_s: It is RUNNING for so long before any runtime is told.
        flaps: Every second look at its runtime sees none.
        then: What happens `after_s` seconds after its container first started: `exit`, `oom` (the container
            dies and is restarted), `vanish` (host lost, 404), `stop` (host lost, EXITED), `hang` (everything
            on it stands still), `delete` (somebody did, in the console), `preempt` (SIGTERM, `notice_s`,
            SIGKILL, gone) or `outbid` (the same, but EXITED).
        after_s: When.
        exit_code: What `exit` ends with.
        notice_s: Seconds between the two signals.
        stale_runtime: A pod that is EXITED still tells the runtime that it had.
        ends_at_exit: When its process exits, the pod is EXITED instead of restarting it.
    """

    stuck: str = ""
    provision_s: float | None = None
    pull_s: float | None = None
    error: bool = False
    bad_image: str = ""
    old_cuda: bool = False
    runtime_null_s: float = 0.0
    flaps: bool = False
    then: str = ""
    after_s: float = 0.0
    exit_code: int = 1
    notice_s: float = 5.0
    stale_runtime: bool = False
    ends_at_exit: bool = False


C = TypeVar("C", bound=Case)
NO_FAULT = Fault("")
NO_FATE = Fate()


@dataclass(frozen=True)
class Chance:
    """Seeded odds: for each operation, and for the life of a pod, what may happen how often."""

    faults: Mapping[str, Sequence[tuple[float, Fault]]] = field(default_factory=dict)
    fates: Sequence[tuple[float, Fate]] = ()
    seed: int = 0


@dataclass
class _Scripted:
    case: Case
    seen: int = 0


@dataclass
class Script:
    """What is still to happen. Of several cases that fit, the earliest that is not used up counts."""

    chance: Chance = field(default_factory=Chance)
    _cases: list[_Scripted] = field(default_factory=list)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.chance.seed)  # noqa: S311 - repeatable, not secret

    def add(self, *cases: Case) -> None:
        """Add faults and fates."""
        self._cases += [_Scripted(case) for case in cases]

    def clear(self) -> None:
        """Let nothing more happen."""
        self._cases.clear()
        self.chance = Chance()

    def fault(self, operation: str, subject: Subject) -> Fault:
        """Return what befalls a request."""
        for scripted in self._cases:
            case = scripted.case
            if isinstance(case, Fault) and case.on in {operation, "*"} and self._counts(scripted, subject):
                return case
        return self._drawn(self.chance.faults.get(operation, ()), subject, NO_FAULT)

    def fate(self, subject: Subject) -> Fate:
        """Return what is to befall a new pod."""
        for scripted in self._cases:
            if isinstance(scripted.case, Fate) and self._counts(scripted, subject):
                return scripted.case
        return self._drawn(self.chance.fates, subject, NO_FATE)

    def _counts(self, scripted: _Scripted, subject: Subject) -> bool:
        case = scripted.case
        if scripted.seen >= case.after + case.times or not case.fits(subject):
            return False
        scripted.seen += 1
        return scripted.seen > case.after

    def _drawn(self, odds: Sequence[tuple[float, C]], subject: Subject, nothing: C) -> C:
        if not odds:
            return nothing
        drawn = self._random.random()
        for probability, case in odds:
            if drawn < probability:
                return case if case.fits(subject) else nothing
            drawn -= probability
        return nothing
