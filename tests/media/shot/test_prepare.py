"""Sources of shots: what may be one, what is asked before it is opened, and what comes of it in Blender."""

import zipfile
from pathlib import Path

import pytest

from media.blender import packaged_blender
from media.encoder import Ffmpeg
from media.errors import BadInput
from media.kind import Kind
from media.shot.job import AnimationJob
from media.shot.prepare import expect_consent, prepare_shot, shot_digest
from media.source import Source, download_model
from media.store.folder import FolderStore
from media.tools import Tools
from tests.blender_scripts.shapes import box, write_glb

HEAD = b"BLENDER-v405" + b"\0" * 200


@pytest.fixture
def tools(tmp_path) -> Tools:
    return Tools(FolderStore(tmp_path / "store"), packaged_blender({}), Ffmpeg(Path("ffmpeg")))


@pytest.fixture
def glb(tmp_path) -> Path:
    return write_glb(tmp_path / "part.glb", box(1, 1, 1))


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return path


def source_of(path: Path, tools: Tools) -> Source:
    return download_model(str(path), tools.store)


def test_blender_file_is_not_opened_unasked_and_other_scenes_are(tools, tmp_path, glb):
    job = AnimationJob.model_validate({"source": "shot"})
    blend = tmp_path / "shot.blend"
    blend.write_bytes(HEAD)

    with pytest.raises(BadInput, match='say blend "cleaned"'):
        expect_consent(job, source_of(blend, tools))
    expect_consent(job, source_of(glb, tools))


def test_blender_file_in_an_archive_is_not_opened_unasked(tools, tmp_path):
    source = source_of(zipped(tmp_path / "shot.zip", shot_blend=HEAD), tools)

    with pytest.raises(BadInput, match='say blend "cleaned"'):
        prepare_shot(source, tools, trusted=False, consent=False)


def test_archive_opened_without_consent_is_not_the_one_opened_with_it(tools, tmp_path, glb):
    archive = source_of(zipped(tmp_path / "part.zip", part_glb=glb.read_bytes()), tools)
    digests = {
        shot_digest(archive, tools.blender, trusted=False, consent=consent) for consent in (True, False)
    }
    assert len(digests) == 2

    same = {
        shot_digest(source_of(glb, tools), tools.blender, trusted=False, consent=one) for one in (True, False)
    }
    assert len(same) == 1


@pytest.mark.parametrize("packed", [False, True], ids=["alone", "in an archive"])
def test_scene_of_another_format_becomes_a_shot_that_says_what_it_lacks(tools, tmp_path, glb, packed):
    path = zipped(tmp_path / "part.zip", part_glb=glb.read_bytes()) if packed else glb

    shot = prepare_shot(source_of(path, tools), tools, trusted=False, consent=False)

    assert shot.report.written_by == "glTF"
    assert [one.kind for one in shot.report.findings] == ["no-camera", "no-light"]
    assert shot.asset.key.endswith("/shot.blend")


def test_file_without_a_scene_is_sent_where_it_is_rendered(tools, tmp_path):
    part = tmp_path / "part.step"
    part.write_text("ISO-10303-21;\nHEADER;\n")
    source = source_of(part, tools)

    assert source.kind is Kind.STEP
    with pytest.raises(
        BadInput, match=r"expected a \.blend, glTF or USD scene.*render-still or render-turntable"
    ):
        prepare_shot(source, tools, trusted=False)
