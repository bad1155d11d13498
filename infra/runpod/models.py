"""What we read of RunPod's answers: newer fields are ignored, missing ones of ours are not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from infra.rental.errors import ProviderUnavailable
from infra.rental.machine import Machine, MachineState, Offer

AnswerT = TypeVar("AnswerT", bound="Answer")


class Answer(BaseModel):
    """Base of what RunPod answers; its names are in camel case."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )


class Cloud(StrEnum):
    """Whose hardware it is: RunPod's own, or anybody's, cheaper and gone without notice."""

    SECURE = "SECURE"
    COMMUNITY = "COMMUNITY"


class Availability(StrEnum):
    """How many are left, by RunPod's catalogue, which is no reservation."""

    NONE = "NONE"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class PodGpu(Answer):
    """The GPUs of a pod."""

    id: str
    count: int = 1


class PodCpu(Answer):
    """The vCPUs of a pod without a GPU."""

    id: str
    vcpu_count: int


class PodRuntime(Answer):
    """What a pod's host says of its container.

    Attributes:
        uptime: Seconds since the container began; it starts again with each restart.
    """

    uptime: int | None = None


class Pod(Answer):
    """A pod.

    Attributes:
        status: One of RunPod's words; there may be new ones.
        cost: USD an hour, nothing once it stopped.
        runtime: Nothing until the container runs; also whenever the host is slow to answer.
    """

    id: str
    name: str
    status: str
    cloud: str
    gpu: PodGpu | None = None
    cpu: PodCpu | None = None
    data_center_id: str | None = None
    cost: Decimal
    locked: bool = False
    runtime: PodRuntime | None = None
    created_at: AwareDatetime

    @property
    def gone(self) -> bool:
        """Whether it is listed but no more."""
        return self.status == "TERMINATED"

    @property
    def offer(self) -> Offer:
        """What was rented."""
        kind = self.gpu.id if self.gpu else self.cpu.id if self.cpu else "unknown"
        return Offer(
            kind=kind,
            market=self.cloud,
            place=self.data_center_id or "",
            usd_per_hour=self.cost,
            may_vanish=self.cloud == Cloud.COMMUNITY,
        )

    def machine(self, running_since: datetime | None) -> Machine:
        """Return it as renting knows it, given when its container began if that is known."""
        return Machine(
            machine_id=self.id,
            name=self.name,
            state=self._state(running=running_since is not None),
            offer=self.offer,
            created=self.created_at,
            running_since=running_since,
        )

    def _state(self, *, running: bool) -> MachineState:
        stopped = {"EXITED": MachineState.STOPPED, "ERROR": MachineState.FAILED}
        if self.status in stopped:
            return stopped[self.status]
        return MachineState.RUNNING if running else MachineState.STARTING


class DataCenterStock(Answer):
    """How many of a kind are left in a data centre."""

    id: str
    availability: str = Availability.NONE


class GpuPrice(Answer):
    """USD an hour for one GPU, by cloud; nothing where there is none."""

    secure: Decimal | None = None
    community: Decimal | None = None


class GpuMost(Answer):
    """The GPUs of the largest machine, by cloud."""

    secure: int | None = None
    community: int | None = None


class GpuType(Answer):
    """A GPU type of the catalogue; `memory` is in GB."""

    id: str
    name: str = ""
    memory: int = 0
    secure: bool = False
    community: bool = False
    price: GpuPrice
    max_count: GpuMost = GpuMost()
    availability: str = Availability.NONE
    data_centers: tuple[DataCenterStock, ...] = ()


class CpuRange(Answer):
    """How many vCPUs a pod of a flavour may have."""

    min: int = 2
    max: int = 2


class CpuPrice(Answer):
    """USD an hour for one vCPU of a pod."""

    secure_per_vcpu: Decimal


class CpuType(Answer):
    """A CPU flavour of the catalogue."""

    id: str
    name: str = ""
    vcpu: CpuRange
    ram_gb_per_vcpu: Decimal = Decimal(0)
    price: CpuPrice
    availability: str = Availability.NONE
    data_centers: tuple[DataCenterStock, ...] = ()


class DataCenter(Answer):
    """A data centre."""

    id: str


class Volume(Answer):
    """A network volume, which lies in one data centre."""

    id: str
    data_center: str


class Registry(Answer):
    """Credentials for a container registry, kept at RunPod."""

    id: str
    name: str = ""


class PodBill(Answer):
    """What a pod cost within one span of time, in USD."""

    pod_id: str
    total_amount: Decimal = Field(ge=0)


def read(model: type[AnswerT], content: Mapping[str, Any], what: str) -> AnswerT:
    """Return an answer as a model.

    Raises:
        ProviderUnavailable: It lacks what we need; nothing of what it holds is repeated.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False))
    raise ProviderUnavailable(
        f"{what}: expected a {model.__name__} as RunPod's API, version 2, has it, found it wrong in {wrong}; "
        "the API may have changed"
    )


def read_all(model: type[AnswerT], contents: Iterable[Mapping[str, Any]], what: str) -> list[AnswerT]:
    """Return answers as models. Raises `ProviderUnavailable`."""
    return [read(model, content, what) for content in contents]
