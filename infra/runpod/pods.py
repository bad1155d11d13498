"""The pods of an account: listed, read, ended."""

from collections.abc import Sequence
from urllib.parse import quote

from infra.rental.errors import AccountRefused
from infra.runpod.errors import Conflict, NotThere
from infra.runpod.models import Pod, read
from infra.runpod.rest import Rest, expect_list

PATH = "/v2/pods"
PAGE = 1000
MOST_PAGES = 100
"""A bound on cursors that go round in circles."""


class Pods:
    """The pods of an account."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def list(self, prefix: str) -> Sequence[Pod]:
        """Return the pods whose names begin with `prefix`: one request for a thousand."""
        pods: dict[str, Pod] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            asked: dict[str, str | int] = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
            page = await self._rest.get(PATH, asked)
            for found in expect_list(page, "pods", PATH):
                # Those of others are not read, so that nothing odd about them stops us.
                if str(found.get("name", "")).startswith(prefix):
                    pod = read(Pod, found, f"RunPod GET {PATH}")
                    pods[pod.id] = pod
            more = page.get("pagination") or {}
            cursor = more.get("nextCursor") if more.get("hasNextPage") else None
            if not cursor:
                break
        return [pod for pod in pods.values() if not pod.gone]

    async def get(self, pod_id: str) -> Pod | None:
        """Return a pod, or None if it is gone."""
        pod = await self.find(pod_id)
        return None if pod is None or pod.gone else pod

    async def find(self, pod_id: str) -> Pod | None:
        """Return a pod, also one that has ended a moment ago, or None if there is nothing of it any more."""
        found = await self._rest.find(path_of(pod_id))
        return read(Pod, found, f"RunPod GET {path_of(pod_id)}") if found else None

    async def delete(self, pod_id: str) -> None:
        """End a pod; one that is gone is no error.

        Raises:
            AccountRefused: A person must act: the pod is locked, or is part of a cluster.
        """
        try:
            await self._rest.delete(path_of(pod_id))
        except NotThere:
            return
        except Conflict as conflict:
            refusal = AccountRefused(
                f"pod {pod_id}: expected it to end, RunPod refuses and it still bills ({conflict}); "
                "unlock it, or delete the cluster that it is part of, at RunPod"
            )
        else:
            return
        raise refusal


def path_of(pod_id: str) -> str:
    """Return the path of a pod."""
    return f"{PATH}/{quote(pod_id, safe='')}"
