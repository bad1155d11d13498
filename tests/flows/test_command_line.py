"""What the command line takes, and what it says when it cannot."""

import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.command_line import _ending_in_time, main, read_job
from flows.render_still import render_still
from media.asset import Asset
from media.errors import BadInput
from media.export import ExportJob
from media.job import StillJob, TurntableJob
from media.manifest import Content, Manifest, Output, Record, Result, manifest_key
from media.store import FolderStore
from media.store.keys import key_for
from tests.fakes.sources_only import SourcesOnly
from tests.processes import command_of, descendants, is_alive, wait_until_gone

DIGEST = hashlib.sha256(b"a picture").hexdigest()
PICTURE = key_for("stills", DIGEST, "still.png")
ENDS_S = 60.0
"""Far longer than an interrupted run may take to end, on a machine that is busy."""


def test_job_is_read_from_text_or_from_a_file(tmp_path):
    (tmp_path / "job.json").write_text('{"source": "part.step"}')

    assert read_job('{"source": "part.step"}', StillJob) == read_job(f"@{tmp_path}/job.json", StillJob)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "expected JSON"),
        ("@/no/such/file", "expected a file with a job"),
        ("[]", "job: "),
        ("{}", "source: expected a value, found none"),
        ('{"source": "x", "frames": 0}', "frames: .*greater than or equal to 1, found 0"),
        ('{"source": "x", "frmes": 3}', "frmes: expected a field of this job.*did you mean frames"),
        ('{"source": "x", "colour": 3}', "colour: .*no such field; there are source, detail"),
        (
            '{"source": "x", "width": 16384, "height": 16384}',
            r"^job: expected at most .* found 16384 x 16384; ask for fewer$",
        ),
    ],
)
def test_job_that_cannot_be_one_is_said_in_a_sentence(text, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_job(text, TurntableJob)


def test_manifest_is_the_last_line_and_a_file_uri_is_shown_as_a_path(capsys):
    def flow(_job: StillJob) -> Result:
        return Result(manifest="file:///data/my%20store/manifest.json", job="ab" * 32)

    main(flow, StillJob, ["--job", '{"source": "part.step"}'])

    assert capsys.readouterr().out == "/data/my store/manifest.json\n"


def test_media_error_is_one_line_and_exit_code_1(capsys):
    def flow(_job: StillJob) -> Result:
        raise BadInput("part.step: expected a STEP file, found a letter")

    with pytest.raises(SystemExit) as ended:
        main(flow, StillJob, ["--job", json.dumps({"source": "part.step"})])

    assert ended.value.code == "BadInput: part.step: expected a STEP file, found a letter"
    assert capsys.readouterr().out == ""
    assert sys.exc_info() == (None, None, None)


def test_outputs_are_exported_by_whoever_may_only_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("blocks.stores.FolderStore", SourcesOnly)
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    asset = Asset(uri="", sha256=DIGEST, size=9, media_type="image/png", key=PICTURE)
    output = Output(role="still", asset=asset, download_name="part.png")
    record = Record(source="", source_sha256="", asked={}, route="", route_why="", geometry="")
    manifest = Manifest(content=Content(job=DIGEST, noun="still", outputs=(output,)), record=record)
    FolderStore(tmp_path / "store").put(PICTURE, b"a picture")
    FolderStore(tmp_path / "store").put(
        manifest_key(DIGEST), manifest.model_dump_json(by_alias=True).encode()
    )

    main(
        lambda _job: Result(manifest="m", job=DIGEST),
        StillJob,
        ["--job", '{"source": "part.step"}', "--out", str(tmp_path / "out")],
    )

    assert (tmp_path / "out" / "part.png").read_bytes() == b"a picture"
    assert capsys.readouterr().out == "m\n"


def test_flow_that_writes_files_itself_has_no_out(capsys):
    job = json.dumps({"result": DIGEST, "folder": "out"})

    with pytest.raises(SystemExit) as ended:
        main(lambda _job: pytest.fail("ran"), ExportJob, ["--job", job, "--out", "elsewhere"], out=False)

    assert ended.value.code == 2
    assert "unrecognized arguments: --out elsewhere" in capsys.readouterr().err


def test_help_says_how_it_is_called_and_what_a_job_can_say(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/flows/render_still.py"])

    with pytest.raises(SystemExit):
        main(render_still, StillJob, ["--help"])

    said = capsys.readouterr().out
    assert said.startswith("usage: python -m flows.render_still [-h] --job JOB [--out OUT]")
    assert "Args:" not in said
    assert "  focal_length  " in said


def test_failure_of_ours_is_logged_without_its_way_through_the_code(tmp_path):
    heard: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = heard.append
    log = logging.getLogger("prefect.flow_runs")
    log.addHandler(handler)
    try:
        with pytest.raises(SystemExit, match="expected a file, found nothing there"):
            main(render_still, StillJob, ["--job", json.dumps({"source": str(tmp_path / "none.step")})])
    finally:
        log.removeHandler(handler)

    (failure,) = (record for record in heard if "Encountered exception" in record.getMessage())
    assert "expected a file, found nothing there" in failure.getMessage()
    assert failure.exc_info is None


def test_interrupt_on_a_terminal_ends_everything_within_seconds_and_says_so(bearing_step, tmp_path):
    job = {"source": str(bearing_step), "width": 640, "height": 640, "samples": 4096, "detail": "coarse"}
    argv = [sys.executable, "-m", "flows.render_still", "--job", json.dumps(job)]
    home = {"HOME": str(tmp_path), "RENDERMILL_STORE": str(tmp_path / "store"), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        argv,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"], "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120", **home},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        said = []
        for line in process.stderr:
            said.append(line)
            if "rendering on" in line:
                break
        below = descendants(process.pid)

        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: Prefect's temporary server hears it too
        try:
            said += process.communicate(timeout=ENDS_S)[1].splitlines(
                keepends=True
            )  # when nothing holds it open
        except subprocess.TimeoutExpired:
            alive = [command_of(pid) for pid in (process.pid, *below) if is_alive(pid)]
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"{ENDS_S:g} s after Ctrl-C there were {alive}, having said {''.join(said)}")
        code = process.returncode

    assert below
    assert code == 128 + signal.SIGINT
    assert "ending; what is finished is kept, and the same command goes on from there\n" in said
    assert "Traceback" not in "".join(said)
    for pid in below:
        wait_until_gone(pid)


def ended_by(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that interrupts itself, on Prefect's temporary server if it starts one."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=ENDS_S,
    )


def test_interrupt_in_the_middle_of_a_line_of_the_log_is_not_lost():
    ended = ended_by("""
        import io, logging, os, signal, sys
        from flows.command_line import _ending_in_time

        class Written(io.RawIOBase):
            def writable(self):
                return True

            def write(self, data):
                count = os.write(2, data)
                signal.raise_signal(signal.SIGINT)  # as soon as whoever reads has read it
                return count

        sys.stderr = io.TextIOWrapper(io.BufferedWriter(Written()), line_buffering=True)
        logging.basicConfig(stream=sys.stderr)
        with _ending_in_time():
            logging.warning("rendering on CPU")
            logging.warning("nobody ended this")
    """)

    assert ended.returncode == 128 + signal.SIGINT
    assert ended.stderr.startswith("WARNING:root:rendering on CPU\nending; what is finished is kept")
    assert ended.stderr.count("\n") == 2


def test_run_that_swallows_its_interrupt_is_ended_and_prefects_server_with_it():
    ended = ended_by("""
        import signal, subprocess, sys, time
        from prefect.server.api.server import SubprocessASGIServer
        import flows.command_line

        flows.command_line.GRACE_S = 0.2
        deaf = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}); signal.pause()"
        SubprocessASGIServer().server_process = subprocess.Popen([sys.executable, "-c", deaf])
        with flows.command_line._ending_in_time():
            while True:
                try:
                    signal.raise_signal(signal.SIGINT)
                    time.sleep(60)
                except KeyboardInterrupt:
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
    """)  # its stderr ends only when the server has, too

    assert ended.returncode == 128 + signal.SIGINT
    assert ended.stderr.splitlines() == [
        "ending; what is finished is kept, and the same command goes on from there"
    ]


def test_process_ends_even_if_prefects_server_cannot_be_ended():
    ended = ended_by("""
        import signal
        from types import SimpleNamespace
        from prefect.server.api.server import SubprocessASGIServer
        from flows.command_line import _ending_in_time

        SubprocessASGIServer().server_process = SimpleNamespace()  # has no kill()
        with _ending_in_time():
            signal.raise_signal(signal.SIGINT)
    """)

    assert ended.returncode == 128 + signal.SIGINT


def test_run_that_was_not_interrupted_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr("flows.command_line.PREFECT_API_URL", SimpleNamespace(value=lambda: None))
    before = signal.getsignal(signal.SIGINT)

    with _ending_in_time():
        (watcher,) = (one for one in threading.enumerate() if one.name == "ending-in-time")
    watcher.join(ENDS_S)

    assert not watcher.is_alive()
    assert signal.getsignal(signal.SIGINT) is before
