"""What can be said about a rented machine in a work pool, a deployment or a run, whoever rents it out."""

import shlex
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.settings import get_current_settings
from prefect.workers.base import BaseJobConfiguration, BaseVariables
from pydantic import ConfigDict, Field

from infra.rental.machine import Order
from infra.rental.reach import refuse_folder_store, refuse_local_source, refuse_private_api, refuse_secrets
from infra.rental.terms import Terms

if TYPE_CHECKING:
    from prefect.client.schemas.objects import Flow, FlowRun, WorkPool
    from prefect.client.schemas.responses import DeploymentResponse

HANDED_ON = {
    "PREFECT_API_URL",
    "PREFECT_DEFAULT_RESULT_STORAGE_BLOCK",
    "PREFECT_LOGGING_LEVEL",
}
"""What of the worker's own settings a machine gets. All of them would be more than is anybody's business."""
RESUMABLE = {
    "PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR": "reschedule",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}
"""A machine that is asked to end gives its run back; one that says nothing is noticed (zombies.yaml)."""


class RentalTerms(Terms):
    """The terms, and what else any machine can be told, as fields of a form."""

    model_config = ConfigDict(frozen=False)

    secrets: dict[str, str] = Field(
        default_factory=dict,
        title="Secrets",
        description="Environment variables, each with the name of the provider's secret that fills it, such "
        'as {"AWS_SECRET_ACCESS_KEY": "aws_secret_access_key"}.',
    )
    private_network: bool = Field(
        default=False,
        title="Private network",
        description="Whether machines reach this network by themselves, so that a private address will do.",
    )


class RentalVariables(RentalTerms, BaseVariables):
    """What a form asks about a rented machine."""


class RentalConfiguration(RentalTerms, BaseJobConfiguration):
    """Everything that is known of the machine of one run, once it is to be rented."""

    def prepare_for_flow_run(  # noqa: PLR0913, PLR0917 - Prefect's signature
        self,
        flow_run: "FlowRun",
        deployment: "DeploymentResponse | None" = None,
        flow: "Flow | None" = None,
        work_pool: "WorkPool | None" = None,
        worker_name: str | None = None,
        worker_id: UUID | None = None,
    ) -> None:
        """Fill in the command and the environment of a run."""
        super().prepare_for_flow_run(flow_run, deployment, flow, work_pool, worker_name, worker_id)
        self.env = {**RESUMABLE, **self.env}

    @classmethod
    def _base_environment(cls) -> dict[str, str]:
        settings = get_current_settings().to_environment_variables(exclude_unset=True)
        return {name: value for name, value in settings.items() if name in HANDED_ON}

    def terms(self) -> Terms:
        """Return the terms that a run is rented for."""
        return Terms.model_validate(self.model_dump(include=set(Terms.model_fields)))

    def refuse_what_cannot_work(self, parameters: dict[str, Any]) -> None:
        """Refuse what would fail on any machine, before one is paid for.

        Raises:
            OrderRefused: A machine reaches the source, the store or the server not, or env has secrets.
        """
        refuse_secrets(self.plain_env())
        refuse_local_source(parameters)
        refuse_folder_store(self.plain_env())
        if not self.private_network:
            refuse_private_api(self.plain_env(), self.secrets)

    def plain_env(self) -> dict[str, str]:
        """Return the variables of the environment that have a value."""
        return {name: value for name, value in self.env.items() if value is not None}

    def argv(self) -> tuple[str, ...]:
        """Return what the machine runs, as a list."""
        return tuple(shlex.split(self.command or ""))

    def order(self, now: datetime) -> Order:
        """Return the order for a machine; a provider's own configuration adds what it asks for."""
        return Order(
            command=self.argv(), env=self.plain_env(), secrets=self.secrets, until=now, debug=self.debug
        )
