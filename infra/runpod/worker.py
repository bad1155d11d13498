"""The worker type `runpod`: each flow run gets a pod of its own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from infra.rental.provider import Provider
from infra.rental.worker import RentalWorker
from infra.runpod.account import account_from
from infra.runpod.configuration import RunPodConfiguration, RunPodVariables
from infra.runpod.provider import RunPod


class RunPodWorker(RentalWorker):
    """Rents pods of RunPod, with the key in the worker's RUNPOD_API_KEY."""

    type = "runpod"
    job_configuration = RunPodConfiguration
    job_configuration_variables = RunPodVariables
    _display_name = "RunPod"
    _description = (
        "Rent a GPU at RunPod for each flow run; resume elsewhere what it loses; return it when done."
    )

    @asynccontextmanager
    async def open_provider(self) -> AsyncIterator[Provider[Any]]:
        """Provide the account that the environment names."""
        yield RunPod(account_from(os.environ), now=self.clock)
