"""Proofs of rendering as rows that people read."""

from collections.abc import Sequence

from media.frame_list import as_text
from media.proof import Proof

GIB = 2**30


def proof_table(proofs: Sequence[Proof], numbers: Sequence[int]) -> list[dict[str, str]]:
    """Return a row for each renderer, and one for the frames that no proof speaks of, if there are any."""
    rows = [_row(proof) for proof in proofs]
    proven = {number for proof in proofs for number in proof.frames}
    if unproven := [number for number in numbers if number not in proven]:
        none = "no proof: its renderer was killed, or is of an older version"
        rows.append({**dict.fromkeys(rows[0] if rows else ("frames", "device"), ""), "device": none})
        rows[-1]["frames"] = as_text(unproven)
    return rows


def _row(proof: Proof) -> dict[str, str]:
    return {  # what a customer asks first comes first: a page shows no more than half of a row
        "frames": as_text(proof.frames),
        "device": proof.by,
        "s a frame": f"{proof.frame_s:.2f}, at most {proof.longest_frame_s:.2f}",
        "GPU use": "; ".join(
            [*(str(use) for use in proof.gpus), *([proof.gpu_note] if proof.gpu_note else [])]
        ),
        "amiss": "; ".join([*proof.warnings, *([proof.failure] if proof.failure else [])]),
        "start and load s": f"{proof.start_s:.1f} + {proof.load_s:.1f}",
        "kernels s": "" if proof.kernels_s is None else f"{proof.kernels_s:.1f} {proof.kernels}".strip(),
        "peak memory": _memory(proof),
        "samples": _samples(proof),
        "denoiser": _denoiser(proof),
        "blender": f"{proof.blender} {proof.build} {proof.engine}".strip(),
        "driver": proof.driver or "none",
        "machine": proof.machine,
    }


def _samples(proof: Proof) -> str:
    fewer = 0 < proof.samples_done < proof.samples
    return f"{proof.samples}, done {proof.samples_done}" if fewer else str(proof.samples)


def _denoiser(proof: Proof) -> str:
    if not proof.denoiser:
        return "none"
    return f"{proof.denoiser} on the {'GPU' if proof.denoise_on_gpu else 'CPU'}"


def _memory(proof: Proof) -> str:
    parts = [f"{proof.peak_memory_bytes / GIB:.1f} GiB"]
    parts += [f"GPU {gpu.max_memory_mib / 1024:.1f} GiB" for gpu in proof.gpus]
    return ", ".join(parts)
