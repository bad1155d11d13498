"""What a run's page shows of a shot: what the preflight found, and what the pilot tells of the rest."""

from collections.abc import Sequence
from logging import INFO, WARNING

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from media.contact_sheet import as_data_uri
from media.deliverables import sheet_of
from media.shot.forecast import Forecast
from media.shot.plan import ShotPlan
from media.shot.report import Finding
from media.store import ObjectStore

LEVELS = {"error": "errors", "warning": "warnings", "removed": "things removed"}


def show_preflight(findings: Sequence[Finding], name: str, digest: str) -> None:
    """Show all that is odd about a shot, and log it."""
    logger = get_run_logger()
    for finding in findings:
        logger.log(INFO if finding.level == "note" else WARNING, "%s: %s", finding.level, finding.message)
    counts = {level: sum(one.level == level for one in findings) for level in LEVELS}
    said = ", ".join(f"{count} {LEVELS[level]}" for level, count in counts.items())
    rows = [{"level": one.level, "what": one.kind, "of": one.subject, "why": one.message} for one in findings]
    create_table_artifact(
        table=rows, key=f"preflight-{digest[:12]}", description=f"Preflight of {name}: {said}"
    )


def show_forecast(pilot: ShotPlan, forecast: Forecast, store: ObjectStore) -> None:
    """Show the pilot's frames, and what they tell of the others."""
    sheet = sheet_of(pilot, store)
    picture = [f"![pilot]({as_data_uri(sheet)})"] if sheet else []
    create_markdown_artifact(
        markdown="\n\n".join([*picture, "\n".join(f"- {fact}" for fact in _facts(forecast))]),
        key=f"forecast-{pilot.result[:12]}",
        description=f"First, middle and last frame of {pilot.source.name}, and what to expect of the rest",
    )


def _facts(forecast: Forecast) -> list[str]:
    cost = "nothing is rented" if forecast.usd is None else f"about ${forecast.usd:.2f}"
    chunks = "one chunk" if forecast.chunks == 1 else f"{forecast.chunks} chunks"
    together = "" if forecast.machines == 1 else f", {forecast.machines} at a time"
    shared = (
        "" if forecast.machines == 1 else f", so about {_time(forecast.wall_s)} by {forecast.machines} runs"
    )
    return [
        f"A frame took {forecast.frame_s:.1f} s, the longest {forecast.longest_frame_s:.1f} s.",
        f"Frames left: {forecast.frames}, in {chunks}{together}.",
        f"Rendering them takes about {_time(forecast.machine_s)}{shared}.",
        f"Cost of that: {cost}.",
    ]


def _time(seconds: float) -> str:
    """Return a duration as people say it, to two of its units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
