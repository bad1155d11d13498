"""What the command line takes, and what it says when it cannot."""

import json
import sys

import pytest

from flows.command_line import main, read_job
from media.errors import BadInput
from media.job import StillJob, TurntableJob
from media.manifest import Result


def test_job_is_read_from_text_or_from_a_file(tmp_path):
    (tmp_path / "job.json").write_text('{"source": "part.step"}')

    assert read_job('{"source": "part.step"}', StillJob) == read_job(f"@{tmp_path}/job.json", StillJob)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "expected JSON"),
        ("@/no/such/file", "expected a file with a job"),
        ("[]", "job: "),
        ("{}", "source: Field required"),
        ('{"source": "x", "frames": 0}', "frames: .*greater than or equal to 1, found 0"),
        ('{"source": "x", "frmes": 3}', "frmes: Extra inputs are not permitted"),
        ('{"source": "x", "width": 16384, "height": 16384}', "at most .* pixels"),
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
