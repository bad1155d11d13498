"""What was found, as one JSON object and as rows for the table of docs/verified.md."""

from pydantic import BaseModel, ConfigDict, Field

from infra.gpu.kernels import Carried
from infra.gpu.rendering import Rendered
from media.encoder import NvencProbe
from media.gpu import Gpu
from media.proof import Proof


class Compared(BaseModel):
    """A GPU's frames beside the CPU's."""

    model_config = ConfigDict(frozen=True)

    cpu_over_gpu: float = Field(description="How many times faster than this machine's CPU.")
    psnr_db: float = Field(description="How alike the two pictures are.")


class WholeJob(BaseModel):
    """A turntable from STEP to video on this machine, as any user asks for it."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    frames: int
    frames_by_device: dict[str, int]
    encoder: str
    encoder_reason: str
    proofs: tuple[Proof, ...] = Field(description="Of rendering, as every job has them: what the GPU did.")


class Check(BaseModel):
    """What this machine's GPU does for us; without a GPU, nothing but that."""

    model_config = ConfigDict(frozen=True)

    gpu: tuple[Gpu, ...] | None
    reason: str = ""
    blender: str = ""
    scene: str = ""
    rendered: dict[str, Rendered] = {}
    compared: dict[str, Compared] = {}
    carried: dict[str, Carried] = Field(default={}, description="Kernels that went by way of a store.")
    failed: dict[str, str] = Field(default={}, description="What was tried in vain, and the reason it gave.")
    nvenc: NvencProbe | None = None
    job: WholeJob | None = None

    def to_json(self) -> str:
        """Return the object as JSON; without a GPU, only that there is none and how that was found out."""
        return self.model_dump_json(indent=2, include=None if self.gpu is not None else {"gpu", "reason"})


def verified_lines(check: Check, day: str) -> list[str]:
    """Return a row of that table for each claim: shown, or not shown and why; none without a GPU."""
    if check.gpu is None:
        return []
    where = (
        ", ".join(f"{gpu.name} (driver {gpu.driver})" for gpu in check.gpu)
        or "a GPU that nvidia-smi does not name"
    )
    lines = [
        _device_line("OPTIX", check),
        _device_line("CUDA", check),
        _kernels_line(check),
        _encoder_line(check),
        _job_line(check),
    ]
    return [f"{line} ({where}, Blender {check.blender}, {day}) |" for line in lines]


def proof_lines(check: Check) -> list[str]:
    """Return what the proofs of rendering say, and what they warn of."""
    proofs = check.job.proofs if check.job else ()
    return [f"proof: {line}" for proof in proofs for line in (proof.sentence, *proof.warnings)]


def _device_line(kind: str, check: Check) -> str:
    if kind not in check.rendered:
        return _not_shown(f"Rendering by {kind}", check.failed.get(kind, ""))
    done, beside = check.rendered[kind], check.compared.get(kind)
    facts = [
        f"{done.frames} frames, each by {done.device.type} {done.device.name}",
        f"{done.frame_s} s a frame",
        f"kernels {done.kernels_cold_s} s cold, {done.kernels_warm_s} s warm",
    ]
    if beside:
        facts.append(f"{beside.cpu_over_gpu} times the CPU's speed, {beside.psnr_db} dB from its picture")
    return _shown(f"Rendering by {kind}", ", ".join(facts))


def _kernels_line(check: Check) -> str:
    claim = "Compiled kernels from the store on a fresh machine"
    if not check.carried:
        return _not_shown(claim, check.failed.get("kernels", "no GPU rendered"))
    facts = [
        f"{kind}: first frame {done.cold_s} s cold, {done.restored_s} s restored, {done.later_s} s the next; "
        f"{done.archive_bytes} bytes, put in {done.publish_s} s and fetched in {done.restore_s} s"
        for kind, done in check.carried.items()
    ]
    return _shown(claim, ", ".join(facts))


def _encoder_line(check: Check) -> str:
    claim = "Encoding by NVENC"
    if check.nvenc and check.nvenc.works:
        return _shown(claim, check.nvenc.reason)
    return _not_shown(claim, check.nvenc.reason if check.nvenc else "")


def _job_line(check: Check) -> str:
    claim = "A turntable from STEP to video on a GPU"
    if not check.job:
        return _not_shown(claim, check.failed.get("job", ""))
    job = check.job
    devices = ", ".join(f"{count} by {name}" for name, count in job.frames_by_device.items())
    facts = f"{job.seconds} s, frames: {devices}, video by {job.encoder}"
    uses = [use for proof in job.proofs for use in proof.gpus]
    facts += "".join(f", GPU {use}, {use.busy_share:.0%} of {use.samples} samples busy" for use in uses)
    return _shown(claim, facts)


def _shown(claim: str, facts: str) -> str:
    return f"| {claim} | shown | `make gpu-check`: {facts}"


def _not_shown(claim: str, reason: str) -> str:
    return f"| {claim} | not shown | `make gpu-check`: {reason or 'it was not tried'}"
