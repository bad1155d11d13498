"""What the Blender boundary is asked for a shot, and the shot itself in the folder where it is asked."""

from pathlib import Path
from typing import Any

from media.shot.display import expect_display
from media.shot.engine import CYCLES, engine_of
from media.shot.plan import ShotPlan, choice_of, settings_of
from media.shot.prepare import fetch_shot, prepare_shot
from media.store import Missing
from media.tools import Tools


def script_job(plan: ShotPlan, tools: Tools, folder: Path) -> dict[str, Any]:
    """Bring a shot into `folder` and return the job that renders it.

    Raises:
        OutOfResources: Its engine cannot draw on this machine.
    """
    engine = engine_of(plan.job, plan.scene)
    if engine != CYCLES:
        blender = tools.blender if plan.job.trusted else tools.blender.confined
        expect_display(engine, blender, require_gpu=plan.job.device_claim.require_gpu)
    return {
        "do": "render_shot",
        "scene": str(fetch_anew(plan, tools, folder)),
        "folder": str(folder),
        "trusted": plan.job.trusted,
        "choice": choice_of(plan.job),
        "settings": {**settings_of(plan.job), "persistent_data": len(plan.numbers) > 1},
        "device": plan.job.device_claim.model_dump(),
    }


def fetch_anew(plan: ShotPlan, tools: Tools, folder: Path) -> Path:
    """Copy a plan's shot into `folder`, prepared again if it was deleted since it was found."""
    try:
        return fetch_shot(plan.shot, tools.store, folder)
    except Missing:
        again = prepare_shot(plan.source, tools, trusted=plan.job.trusted, consent=plan.job.consents)
        return fetch_shot(again, tools.store, folder)
