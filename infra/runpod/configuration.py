"""What can be said about a pod in a work pool, a deployment or a run: the fields of the form."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, ValidationError
from pydantic.json_schema import SkipJsonSchema, WithJsonSchema

from infra.rental.configuration import RentalConfiguration, RentalTerms, RentalVariables
from infra.rental.errors import OrderRefused
from infra.runpod.models import Cloud
from infra.runpod.order import PodOrder

if TYPE_CHECKING:
    from infra.rental.machine import Order

CPU_FLAVORS = ("cpu5c", "cpu3c", "cpu5g", "cpu3g")
"""Compute-optimised ones first: what runs without a GPU prepares geometry and encodes."""


class Tier(StrEnum):
    """How a machine is sold."""

    SECURE = "secure"
    COMMUNITY = "community"
    CPU = "cpu"


# Without a reference, beside which Prefect's form forgets a field's own description.
TierField = Annotated[Tier, WithJsonSchema({"type": "string", "enum": [tier.value for tier in Tier]})]
# Kept out of the schema: a form shows one plain field that may stay empty, not a choice of types.
Unsaid = SkipJsonSchema[None]

CLOUDS = {
    Tier.SECURE: (Cloud.SECURE,),
    Tier.COMMUNITY: (Cloud.COMMUNITY, Cloud.SECURE),
    Tier.CPU: (Cloud.SECURE,),
}


class PodFields(RentalTerms):
    """What a pod can be told."""

    image: str = Field(
        default="",
        title="Image",
        description="The image to run, by digest: name@sha256:…; `make deploy-runpod` fills it in.",
    )
    allow_tags: bool = Field(
        default=False,
        title="Allow tags",
        description="Whether an image may be named by a tag, of which hosts keep old versions.",
    )
    tier: TierField = Field(
        default=Tier.SECURE,
        title="Tier",
        description="secure: data centres; community: cheaper and may vanish, secure ones if there is none "
        "and after losses; cpu: no GPU.",
    )
    gpu_types: list[str] = Field(
        default_factory=list,
        title="GPU types",
        description="Names from RunPod's catalogue, the best first; if empty, the cheapest that will do.",
    )
    min_gpu_memory_gb: int = Field(
        default=16,
        ge=0,
        le=1_000,
        title="Least GPU memory",
        description="Gigabytes that each GPU has at least.",
    )
    gpu_count: int = Field(default=1, ge=1, le=8, title="GPUs", description="GPUs of one machine.")
    cpu_flavors: list[str] = Field(
        default=list(CPU_FLAVORS),
        title="CPU flavours",
        description="For the tier cpu: flavours from RunPod's catalogue, the best first.",
    )
    vcpu_count: int = Field(
        default=8, ge=2, le=64, title="vCPUs", description="For the tier cpu: how many; a power of two."
    )
    data_centers: list[str] = Field(
        default_factory=list,
        title="Data centres",
        description="Where, the best first; if empty, RunPod chooses.",
    )
    usd_per_hour: Annotated[float, Field(gt=0)] | Unsaid = Field(
        default=None,
        title="Highest price",
        description="US dollars that a machine may cost an hour; if empty, any price.",
    )
    disk_gb: int = Field(
        default=40, ge=20, le=2_000, title="Disk", description="Gigabytes of the machine's own disk."
    )
    min_cuda_version: str = Field(
        default="12.4",
        pattern=r"^(\d+\.\d+)?$",
        title="Least CUDA version",
        description="Lowest CUDA version that the host's driver knows; if empty, any.",
    )
    registry: str = Field(
        default="", title="Registry", description="Name of RunPod's credentials for a private image."
    )
    volume: str = Field(
        default="",
        title="Network volume",
        description="Id of a network volume with models, which is read only; it pins the data centre.",
    )
    ssh_public_key: str = Field(
        default="", title="SSH key", description="Public key of who may enter a machine that is debugged."
    )
    legacy_spot: bool = Field(
        default=False,
        title="Legacy spot",
        description="Ask for spot pods first, by the older API that RunPod is taking away.",
    )


MOST_ASKED_FOR = (
    *("image", "tier", "gpu_types", "usd_per_hour", "max_usd", "max_hours"),
    *("gpu_count", "min_gpu_memory_gb", "data_centers", "cpu_flavors", "vcpu_count", "disk_gb"),
    *("env", "secrets", "debug", "ssh_public_key"),
)


def _form_of(schema: dict[str, Any]) -> None:
    """Put what is most asked for first and Prefect's own fields last, and no default of null."""
    fields = schema["properties"]
    last = [name for name in fields if name not in {*MOST_ASKED_FOR, *PodFields.model_fields}]
    between = [name for name in fields if name not in {*MOST_ASKED_FOR, *last}]
    names = [*MOST_ASKED_FOR, *between, *last]
    schema["properties"] = {name: fields[name] | {"position": at} for at, name in enumerate(names)}
    schema["properties"]["usd_per_hour"].pop("default", None)


class RunPodVariables(PodFields, RentalVariables):
    """What the form of a work pool of type runpod asks."""

    model_config = ConfigDict(json_schema_extra=_form_of)


class RunPodConfiguration(PodFields, RentalConfiguration):
    """Everything that is known of the pod of one run."""

    def order(self, now: datetime) -> "Order":
        """Return the order for a pod.

        Raises:
            OrderRefused: A field does not hold what it is for.
        """
        given = super().order(now).model_dump() | {
            "image": self.image,
            "allow_tags": self.allow_tags,
            "clouds": CLOUDS[self.tier],
            "data_centers": tuple(self.data_centers),
            "usd_per_hour": None if self.usd_per_hour is None else Decimal(str(self.usd_per_hour)),
            "disk_gb": self.disk_gb,
            "registry": self.registry or None,
            "volume_id": self.volume or None,
            "ssh_public_key": self.ssh_public_key or None,
            **(self._cpu() if self.tier is Tier.CPU else self._gpu()),
        }
        try:
            return PodOrder.model_validate(given)
        except ValidationError as error:
            raise OrderRefused("; ".join(map(_sentence, error.errors()))) from None

    def _cpu(self) -> dict[str, object]:
        return {"cpu_flavors": tuple(self.cpu_flavors), "vcpu_count": self.vcpu_count}

    def _gpu(self) -> dict[str, object]:
        return {
            "gpu_types": tuple(self.gpu_types),
            "min_gpu_memory_gb": self.min_gpu_memory_gb,
            "gpu_count": self.gpu_count,
            "min_cuda_version": self.min_cuda_version or None,
            "legacy_spot": self.legacy_spot,
        }


def _sentence(problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}".removeprefix(": ").removeprefix("Value error, ")
