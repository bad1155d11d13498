"""The flow that deletes what no finished job needs: what it shows, and that it is dry unless told."""

import os
import subprocess
import sys

import pytest
from prefect.utilities.callables import parameter_schema

from flows.prune_store import prune_store
from media.prune import PruneJob
from media.store import FolderStore
from tests.conftest import ROOT
from tests.fakes.earlier import an_hour_earlier
from tests.fakes.stored_job import StoredJob

LOST = StoredJob("lost", "b", "b", "b", "b")


@pytest.fixture
def store(tmp_path, monkeypatch) -> FolderStore:
    """A store with what a job left whose manifest is gone, 40 days ago."""
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    store = FolderStore(tmp_path / "store")
    LOST.put(store, manifest=False)
    an_hour_earlier(store, hours=40 * 24)
    return store


def keys_of(store: FolderStore) -> set[str]:
    return {stat.key for stat in store.scan()}


def test_form_says_dry_run_and_bounds():
    fields = parameter_schema(prune_store).model_dump_for_openapi()["definitions"]["PruneJob"]["properties"]

    assert fields["dry_run"]["default"] is True
    assert (fields["min_age_hours"]["minimum"], fields["wait_hours"]["minimum"]) == (24, 24)
    assert all(field["description"] for field in fields.values())


def test_run_without_a_word_is_dry_and_shows_a_table(store, seen):
    before = keys_of(store)

    state = prune_store(return_state=True)

    assert keys_of(store) == before
    assert {row.fate for row in state.result()} == {"would be marked"}
    (artifact,) = seen.artifacts(state.state_details.flow_run_id)
    assert (artifact.key, artifact.type) == ("store", "table")
    assert "would be marked" in str(artifact.data)


def test_run_that_is_told_to_marks_and_does_not_delete_yet(store):
    rows = prune_store(PruneJob(dry_run=False))

    assert {row.fate for row in rows} == {"marked"}
    assert set(LOST.objects()) <= keys_of(store)
    assert any(key.startswith("marks/") for key in keys_of(store))


def test_command_line_prints_what_would_become_of_what(store):
    said = subprocess.run(
        [sys.executable, "-m", "flows.prune_store"],
        cwd=ROOT,
        env={**os.environ, "PREFECT_API_URL": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    assert said.returncode == 0, said.stderr
    assert "would be marked" in said.stdout
    assert set(LOST.objects()) == keys_of(store)


def test_command_line_refuses_less_than_a_day_in_a_sentence(store):
    said = subprocess.run(
        [sys.executable, "-m", "flows.prune_store", "--job", '{"wait_hours": 1}'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    assert said.returncode == 1
    assert "wait_hours" in said.stderr.splitlines()[-1]
    assert set(LOST.objects()) == keys_of(store)
