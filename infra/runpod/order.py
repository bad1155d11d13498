"""What may be asked of RunPod beyond what every provider understands."""

import re
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from infra.rental.machine import Order
from infra.runpod.models import Cloud

DIGEST = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")
MOST_VARIABLES = 50
SSH = "22/tcp"

Port = Annotated[str, StringConstraints(pattern=r"^\d{1,5}/(tcp|udp|http)$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]


class PodOrder(Order):
    """A pod that is wanted; with `cpu_flavors`, one without a GPU.

    Attributes:
        image: What it runs, by digest; a tag may mean another image on each host.
        allow_tags: Whether a tag is accepted all the same.
        secrets: As of every order; the names are those of RunPod's own secrets.
        gpu_types: Ids or names of RunPod's catalogue, the best first; empty means whatever has the memory,
            the cheapest first.
        gpu_count: GPUs of the one machine.
        cpu_flavors: CPU flavours of RunPod's catalogue, the best first, instead of GPUs.
        vcpu_count: vCPUs of a machine without a GPU; a power of two.
        clouds: Whose hardware, the best first; COMMUNITY is cheaper and may vanish.
        data_centers: Where, the best first; empty leaves it to RunPod.
        disk_gb: The container's disk, which is lost with it.
        min_cuda_version: Lowest CUDA that the host's driver must know, such as 12.4.
        min_ram_gb: Memory of the host for each GPU.
        min_vcpus: vCPUs of the host for each GPU.
        registry: Id or name of credentials for a private image, kept at RunPod.
        volume_id: A network volume to see, which pins the data centre; meant to be read only.
        volume_path: Where the volume is seen.
        ports: Ports to publish, such as 8080/http.
        ssh_public_key: Who may enter a machine that is there for debugging, besides the account's own keys.
        legacy_spot: Whether spot pods are asked for first, by the API that RunPod is taking away.
    """

    image: str
    allow_tags: bool = False
    secrets: dict[str, SecretName] = Field(default_factory=dict)
    gpu_types: tuple[str, ...] = ()
    gpu_count: int = Field(default=1, ge=1)
    cpu_flavors: tuple[str, ...] = ()
    vcpu_count: int = Field(default=4, ge=2)
    clouds: tuple[Cloud, ...] = Field(default=(Cloud.SECURE,), min_length=1)
    data_centers: tuple[str, ...] = ()
    disk_gb: int = Field(default=40, ge=20)
    min_cuda_version: Version | None = None
    min_ram_gb: int | None = Field(default=None, ge=1)
    min_vcpus: int | None = Field(default=None, ge=1)
    registry: str | None = None
    volume_id: str | None = None
    volume_path: str = Field(default="/runpod-volume", pattern=r"^/\S+$")
    ports: tuple[Port, ...] = ()
    ssh_public_key: str | None = None
    legacy_spot: bool = False

    def needing(self, gpu_memory_gb: int) -> Self:
        """Return the order for GPUs with at least so much memory; one without GPUs stays as it is."""
        return self if self.cpu_flavors else super().needing(gpu_memory_gb)

    @property
    def cap_per_gpu(self) -> Decimal | None:
        """Highest price of one GPU, if there is one."""
        return None if self.usd_per_hour is None else self.usd_per_hour / self.gpu_count

    @model_validator(mode="after")
    def _image_is_named_by_digest(self) -> Self:
        if not self.image.strip():
            raise ValueError("expected an image, found none; name one as name@sha256:...")
        if not self.allow_tags and not DIGEST.fullmatch(self.image):
            raise ValueError(
                f"expected an image by digest (name@sha256:...), found {self.image}; "
                "hosts keep old images under a tag: name the digest, or set allow_tags"
            )
        return self

    @model_validator(mode="after")
    def _has_gpus_or_cpus(self) -> Self:
        if not self.cpu_flavors:
            return self
        if self.gpu_types or self.min_gpu_memory_gb or self.legacy_spot or self.min_cuda_version:
            raise ValueError("expected GPUs or CPU flavours, found both; leave one of them out")
        if self.clouds != (Cloud.SECURE,):
            raise ValueError("expected SECURE for a pod without a GPU, found COMMUNITY too; there is none")
        if self.vcpu_count & (self.vcpu_count - 1):
            raise ValueError(
                f"expected a power of two of vCPUs, found {self.vcpu_count}; ask for 2, 4, 8, ..."
            )
        return self

    @model_validator(mode="after")
    def _ends_at_a_moment_everywhere_the_same(self) -> Self:
        if self.until.tzinfo is None:
            raise ValueError("until: expected a time with its zone, found none; give it in UTC")
        return self

    @model_validator(mode="after")
    def _environment_fits(self) -> Self:
        names = [*self.env, *self.secrets]
        if len(names) > MOST_VARIABLES:
            raise ValueError(f"expected at most {MOST_VARIABLES} variables, found {len(names)}; set fewer")
        if twice := sorted(self.env.keys() & self.secrets.keys()):
            raise ValueError(f"expected {twice[0]} as a variable or a secret, found it as both; keep one")
        if "RUNPOD_API_KEY" in names:
            raise ValueError(
                "RUNPOD_API_KEY: expected it unset, since each pod gets a key of its own under that name; "
                "pass yours under another name"
            )
        return self
