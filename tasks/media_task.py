"""Tasks that retry as media errors say, and show work that was found as Cached.

Prefect's own cache is not asked: the store is the truth about what is done, and a cached reference would have
to be checked against it anyway. What a task found there it reports in a Completed state named `Cached`, so
that the UI shows it as it shows Prefect's own.
"""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed

from media.errors import MediaError, Unavailable

P = ParamSpec("P")
R = TypeVar("R")

MOST_RETRIES = 10


class MediaTask(Task[P, R]):
    """A task around one function that raises media errors."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:  # type: ignore[override] # one of Prefect's many overloads
        """Run the task here and return its result, also when its state is `Cached`."""
        kwargs["return_state"] = True
        state = cast("State[R]", super().__call__(*args, **kwargs))
        return state.result()


def media_task(function: Callable[P, R]) -> MediaTask[P, R]:
    """Turn a function into a task that is retried as the class of its failure says."""
    policy = Unavailable.retry
    return MediaTask(
        fn=_showing_what_was_found(function),
        name=function.__name__,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=MOST_RETRIES,
        retry_condition_fn=is_worth_another_try,
        retry_delay_seconds=[policy.wait_s * 2**n for n in range(policy.times)],
        retry_jitter_factor=policy.jitter,
    )


def is_worth_another_try(_task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    """Tell Prefect whether this failure's class allows another attempt."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, MediaError) and error.retry.wait_before(run.run_count) is not None


def _showing_what_was_found(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        result = function(*args, **kwargs)
        if getattr(result, "found", False):
            return cast("R", Completed(name="Cached", message="found in the store", data=result))
        return result

    return shown
