"""Tasks: find out what a catalogue lacks, and show and store what it has at the end."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from blocks.tools import open_tools
from media.address import readable
from media.catalogue import assessment, publishing
from media.catalogue.assessment import Assessment
from media.catalogue.forecast import Forecast, Pilots, forecast
from media.catalogue.job import CatalogueJob
from media.catalogue.order import Problem
from media.catalogue.publishing import Published, Row, counted, totals
from media.catalogue.rendering import Outcome
from media.errors import BadInput
from media.manifest import Result, result_of
from tasks.media_task import media_task

MOST_SAID = 50
MOST_ROWS = 1000
"""A browser draws no more of them well; the index has all."""
STATES = ("cannot", "to do", "same", "found")


@media_task
def assess_catalogue(job: CatalogueJob) -> Assessment:
    """Read the order list, bring in its sources, and find what is finished."""
    catalogue = assessment.assess(job, open_tools())
    logger = get_run_logger()
    warn_of(catalogue.problems, logger)
    asked, missing = len(catalogue.pictures), len(catalogue.missing)
    logger.info("pictures asked for: %s, to be rendered: %s", asked, missing)
    return catalogue


@media_task
def publish_catalogue(job: CatalogueJob, catalogue: Assessment, outcomes: Mapping[str, Outcome]) -> Result:
    """Write index, gallery and manifest, and show the table on the run's page.

    Raises:
        BadInput: There is not one picture; a nightly run that makes nothing is to be seen.
    """
    store = open_tools().store
    published = publishing.publish(job, catalogue, outcomes, store)
    _show(published, job)
    _say(published.rows)
    for output in published.manifest.content.outputs:
        get_run_logger().info("%s: %s", output.role, readable(output.asset.uri))
    counts = totals(published.rows)
    if counts["failed"] == len(published.rows):
        first = published.rows[0]
        raise BadInput(
            f"{job.orders}: expected a picture at least, all {counts['failed']} failed; the first: "
            f"{first.product}: {first.reason}"
        )
    return result_of(published.manifest, store, found=published.found)


@media_task
def forecast_catalogue(job: CatalogueJob, catalogue: Assessment, pilots: Pilots) -> Result:
    """Tell what each picture would take, by the pilots of its product, and store that."""
    store = open_tools().store
    entries = [entry for pilot in pilots.pictures if (entry := assessment.read_entry(pilot, store))]
    rows = forecast(catalogue, entries, pilots.failed)
    manifest = publishing.publish_forecast(job, rows, store)
    said = _summary(rows, job)
    get_run_logger().info("%s; nothing but pilots was rendered", said)
    create_table_artifact(
        table=_forecast_table(rows), key=f"forecast-{manifest.content.job[:12]}", description=said
    )
    return result_of(manifest, store)


def warn_of(problems: Sequence[Problem], logger: logging.Logger | logging.LoggerAdapter[Any]) -> None:
    """Tell the log which lines are left out, as far as a log is read: each line of it is sent to a server."""
    for problem in problems[:MOST_SAID]:
        logger.warning("%s, %s: %s", problem.place, problem.product, problem.reason)
    if more := problems[MOST_SAID:]:
        logger.warning("%s more are left out; the table and the index have them", len(more))


def _summary(rows: Sequence[Forecast], job: CatalogueJob) -> str:
    states = Counter(row.state for row in rows)
    low, likely, high = (sum(getattr(row, name) for row in rows) for name in ("low", "likely", "high"))
    said = f"{states['found']} found, {states['to do']} to do in about {likely:.0f} s"
    said += f" ({low:.0f} to {high:.0f} s)"
    if job.usd_per_hour:
        said += f", ${high / 3600 * job.usd_per_hour:.2f} at most"
    if states["same"]:
        said += f", {states['same']} the same as others"
    if states["cannot"]:
        said += f", {states['cannot']} that cannot be rendered"
    return said


def _forecast_table(rows: Sequence[Forecast]) -> list[dict[str, str]]:
    todo = sorted(rows, key=lambda row: STATES.index(row.state))[:MOST_ROWS]
    table = [
        {
            "product": row.product,
            "output": row.output,
            "state": f"same as {row.reason}" if row.state == "same" else row.state,
            "seconds": f"{row.likely:.1f} ({row.low:.1f} to {row.high:.1f})" if row.state == "to do" else "",
            "estimated by": row.source,
            "why": row.reason if row.state == "cannot" else "",
        }
        for row in todo
    ]
    if more := len(rows) - len(table):
        table.append({"product": f"and {more} more", "output": "", "state": "see the forecast's file"})
    return table


def _say(rows: tuple[Row, ...]) -> None:
    """Tell the log how it went, and name what is new, as far as a log is read."""
    logger = get_run_logger()
    news = [row for row in rows if row.output and row.became != "found"]  # lines left out were told before
    for row in news[:MOST_SAID]:
        said = f"{row.product}, {row.output}: {row.became}{': ' * bool(row.reason)}{row.reason}"
        logger.log(logging.WARNING if row.reason else logging.INFO, said)
    logger.info(counted(rows))


def _show(published: Published, job: CatalogueJob) -> None:
    counts = counted(published.rows)
    key = published.manifest.content.job[:12]
    create_table_artifact(
        table=_table(published.rows), key=f"catalogue-{key}", description=f"{counts}: {job.orders}"
    )
    places = "\n\n".join(
        f"**{output.download_name}**\n\n```\n{readable(output.asset.uri)}\n```"
        for output in published.manifest.content.outputs
    )
    create_markdown_artifact(
        markdown=places, key=f"gallery-{key}", description=f"Gallery and index of {job.orders}"
    )


def _table(rows: tuple[Row, ...]) -> list[dict[str, str]]:
    """Return the rows that something happened to, then as many of the others as are worth showing."""
    news = sorted(rows, key=lambda row: ("failed", "not begun", "rendered", "found").index(row.became))
    shown = [
        {
            "product": row.product,
            "output": row.output,
            "what became of it": row.became,
            "seconds": f"{row.seconds:.1f}" if row.seconds else "",
            "cost": f"${row.usd}" if row.usd else "",
            "Blender": row.warmth,
            "why": row.reason,
        }
        for row in news[:MOST_ROWS]
    ]
    if more := len(rows) - len(shown):
        shown.append({"product": f"and {more} more", "output": "", "what became of it": "see the index"})
    return shown
