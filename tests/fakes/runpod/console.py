"""What a person may do to pods behind the API's back, in words: as lines, or as POST /sim/WORDS."""

from collections.abc import Callable
from decimal import Decimal

from tests.fakes.runpod.cloud import Cloud

SIM = "/sim/"
HELP = (
    "pods | lose POD | stop-host POD | delete POD | restart POD | preempt POD [SECONDS] | hang POD | "
    "balance | empty | pay USD | revoke SECONDS | stock KIND FREE | secret NAME VALUE; "
    "POD is the beginning of an id or a name"
)


def command(cloud: Cloud, line: str) -> str:
    """Do what a line says; returns what there is to say about it."""
    name, *words = line.split()
    if name not in COMMANDS:
        return HELP
    try:
        return COMMANDS[name](cloud, *words)
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        return f"{line.strip()}: {error}. {HELP}"


def _pod(cloud: Cloud, word: str) -> str:
    found = [pod.pod_id for pod in cloud.alive if pod.pod_id.startswith(word) or pod.name.startswith(word)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} living pods begin with {word}, and one is wanted")
    return found[0]


def _pods(cloud: Cloud) -> str:
    lines = [
        f"{pod.pod_id} {pod.name} {pod.status} ${pod.place.usd_per_hour}/h {pod.place.kind}"
        for pod in cloud.alive
    ]
    return "\n".join(lines) or "no pod lives"


def _on_pod(act: Callable[..., None], word: Callable[[str], object] = float) -> Callable[..., str]:
    def do(cloud: Cloud, pod: str, *words: str) -> str:
        pod_id = _pod(cloud, pod)
        act(cloud, pod_id, *map(word, words))
        return f"{pod_id}: done"

    return do


def _stop_host(cloud: Cloud, pod_id: str) -> None:
    cloud.lose_host(pod_id, gone=False)


def _balance(cloud: Cloud) -> str:
    return f"${cloud.balance():.4f} of credit is left"


def _empty(cloud: Cloud) -> str:
    cloud.empty_balance()
    return _balance(cloud)


def _pay(cloud: Cloud, usd: str) -> str:
    cloud.pay_in(Decimal(usd))
    return _balance(cloud)


def _revoke(cloud: Cloud, seconds: str) -> str:
    cloud.revoke_key(float(seconds))
    return f"the key is unknown for {seconds} s"


def _stock(cloud: Cloud, *words: str) -> str:
    kind, free = " ".join(words[:-1]), int(words[-1])
    cloud.state.catalog.stock(free, kind)
    return f"{kind or 'everything'}: {free} free in each place"


def _secret(cloud: Cloud, name: str, value: str) -> str:
    cloud.state.account.secrets[name] = value
    return f"{name} is a secret of the account"


COMMANDS: dict[str, Callable[..., str]] = {
    "pods": _pods,
    "lose": _on_pod(Cloud.lose_host),
    "stop-host": _on_pod(_stop_host),
    "delete": _on_pod(Cloud.delete_in_console),
    "restart": _on_pod(Cloud.restart_container),
    "preempt": _on_pod(Cloud.preempt),
    "hang": _on_pod(Cloud.hang),
    "balance": _balance,
    "empty": _empty,
    "pay": _pay,
    "revoke": _revoke,
    "stock": _stock,
    "secret": _secret,
}
