"""What becomes of a pod from its creation to its end, by plan, by fate and by order."""

from collections.abc import Callable
from functools import partial

from tests.fakes.runpod.billing import FREE
from tests.fakes.runpod.catalog import Catalog
from tests.fakes.runpod.pods import COSTLY, Pod
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.timeline import Timeline

OLD_CUDA = (
    "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver"
)


class Life:
    """Moves pods from status to status; whoever calls it holds the cloud's lock."""

    def __init__(
        self, settings: Settings, timeline: Timeline, catalog: Catalog, tell: Callable[[Pod, str], None]
    ) -> None:
        self._settings = settings
        self._timeline = timeline
        self._catalog = catalog
        self._tell = tell

    def begin(self, pod: Pod) -> None:
        """Let a pod that is placed come up; billing starts here."""
        self._become(pod, "PROVISIONING", "is rented")
        self._come_up(pod)

    def start(self, pod: Pod) -> None:
        """Let a stopped pod come up again."""
        pod.body.kill()
        pod.leaving = False
        self._become(pod, "PROVISIONING", "is started again")
        self._come_up(pod)

    def stop(self, pod: Pod, why: str = "is stopped") -> None:
        """Stop a pod; it keeps its disk, which costs."""
        self._become(pod, "EXITED", why)
        pod.body.term()
        self._later(pod, self._settings.grace_s, pod.body.kill)

    def lose(self, pod: Pod, *, gone: bool, why: str = "is lost with its host") -> None:
        """Take the host away: nothing on it can do anything any more."""
        if gone:
            self._become(pod, "TERMINATED", why)
            self._vanish(pod)
        else:
            self._become(pod, "EXITED", why)
        pod.body.kill()

    def terminate(self, pod: Pod, why: str = "is terminated", lingers_s: float = 0.0) -> None:
        """End a pod for ever; billing ends here, whatever its processes still do."""
        if pod.status == "TERMINATED":
            return
        if lingers_s:
            pod.listed_until = self._timeline.now() + lingers_s
        self._become(pod, "TERMINATED", why)
        pod.body.term()
        self._timeline.plan(self._settings.grace_s, pod.body.kill)
        self._timeline.plan(self._settings.gone_after_s, partial(self._vanish, pod))

    def preempt(self, pod: Pod, notice_s: float, *, gone: bool = True) -> None:
        """Take a pod back: SIGTERM, so many seconds, SIGKILL, gone."""
        self._system(pod, "pod is being reclaimed")
        self._tell(pod, f"is told that it ends in {notice_s:g} s")
        pod.leaving = True
        pod.body.term()
        lose = partial(self.lose, pod, gone=gone, why="is taken away")
        self._later(pod, notice_s, lose)

    def restart(self, pod: Pod) -> None:
        """Restart the container, which keeps what it wrote."""
        pod.era += 1
        pod.body.kill()
        self._begin_again(pod, "is restarted")

    def hang(self, pod: Pod) -> None:
        """Let all that runs on a pod stand still; nothing tells so."""
        self._tell(pod, "hangs")
        pod.body.hang()

    def look(self, pod: Pod) -> None:
        """Notice that a container's process has exited."""
        if pod.status != "RUNNING" or pod.up_since is None or pod.leaving or pod.fate.old_cuda:
            return
        if (code := pod.body.exit_code()) is not None:
            self._exited(pod, f"container exited with code {code}")

    def _come_up(self, pod: Pod) -> None:
        fate, usual = pod.fate, self._settings
        if fate.stuck == "PROVISIONING":
            return
        provision = usual.provision_s if fate.provision_s is None else fate.provision_s
        self._later(pod, provision, partial(self._pull, pod))

    def _pull(self, pod: Pod) -> None:
        fate, usual = pod.fate, self._settings
        image = pod.order.get("image", "")
        self._become(pod, "STARTING", "fetches its image")
        self._system(pod, f"create container {image}")
        if fate.stuck == "STARTING":
            self._system(pod, f"create container: still fetching image {image}")
            return
        pull = usual.pull_s if fate.pull_s is None else fate.pull_s
        self._later(pod, pull, partial(self._pulled, pod))

    def _pulled(self, pod: Pod) -> None:
        if pod.fate.bad_image:
            self._system(pod, pod.fate.bad_image)
            self.lose(pod, gone=False, why="is Exited by Runpod")
        elif pod.fate.error:
            self._become(pod, "ERROR", "is broken")
        else:
            self._become(pod, "RUNNING", "runs")
            self._first_start(pod)

    def _first_start(self, pod: Pod) -> None:
        if pod.started is None:
            pod.started = self._timeline.now()
            if pod.fate.then:
                self._timeline.plan(pod.fate.after_s, partial(self._befall, pod))
        self._start_container(pod)

    def _start_container(self, pod: Pod) -> None:
        pod.up_since = self._timeline.now()
        self._system(pod, f"start container for {pod.order.get('image', '')}: begin")
        if pod.fate.old_cuda:
            self._exited(pod, OLD_CUDA)
            return
        pod.body.start()

    def _exited(self, pod: Pod, why: str) -> None:
        self._system(pod, why)
        if self._settings.restarts and not pod.fate.ends_at_exit:
            self._begin_again(pod, f"restarts: {why}")
        else:
            self._become(pod, "EXITED", f"is over: {why}")

    def _begin_again(self, pod: Pod, why: str) -> None:
        pod.restarts += 1
        pod.up_since = None
        self._tell(pod, why)
        self._later(pod, self._settings.restart_pause_s, partial(self._start_container, pod))

    def _befall(self, pod: Pod) -> None:
        fate = pod.fate
        if pod.status != "RUNNING":
            return
        happens: dict[str, Callable[[], None]] = {
            "exit": partial(self._break, pod, f"container exited with code {fate.exit_code}"),
            "oom": partial(self._break, pod, "container was killed: out of memory"),
            "vanish": partial(self.lose, pod, gone=True),
            "stop": partial(self.lose, pod, gone=False),
            "hang": partial(self.hang, pod),
            "delete": partial(self.terminate, pod, "is deleted in the console"),
            "preempt": partial(self.preempt, pod, fate.notice_s),
            "outbid": partial(self.preempt, pod, fate.notice_s, gone=False),
        }
        happens[fate.then]()

    def _break(self, pod: Pod, why: str) -> None:
        pod.era += 1
        pod.body.kill()
        self._exited(pod, why)

    def _vanish(self, pod: Pod) -> None:
        pod.gone = True

    def _become(self, pod: Pod, status: str, why: str) -> None:
        """Change a status, with what hangs on it: what it costs, and whether its machine is taken."""
        pod.status = status
        pod.era += 1
        rates = FREE if status == "TERMINATED" else pod.rates(self._settings.tariff)
        pod.meter.turn(rates, self._timeline.now())
        if (status in COSTLY) != pod.holds:
            pod.holds = not pod.holds
            place, count = pod.place, pod.place.count or 1
            self._catalog.take(place.kind, place.cloud, place.where, count if pod.holds else -count)
        self._tell(pod, why)

    def _later(self, pod: Pod, seconds: float, act: Callable[[], None]) -> None:
        """Plan something that is not to happen if something else does before."""
        era = pod.era
        self._timeline.plan(seconds, lambda: act() if pod.era == era else None)

    def _system(self, pod: Pod, text: str) -> None:
        pod.log.add(self._timeline.now(), "system", text)
