"""Building the scene of a clip: once, and again only for what changes it."""

from pathlib import Path

import pytest

from media import jobs
from media.blender import packaged_blender
from media.broll import build
from media.broll.build import animation_of, build_template
from media.broll.job import OWN_BLEND, BrollJob
from media.broll.templates import known_templates
from media.encoder import Ffmpeg
from media.errors import BadInput
from media.kind import Kind
from media.reach import reachable
from media.source import Source, download_model
from media.store.folder import FolderStore
from media.tools import Tools
from tests.blender_scripts.shapes import box, write_glb

CLIP = {"template": next(iter(known_templates())), "fps": 10, "duration": 0.3, "width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def tools(tmp_path_factory) -> Tools:
    store = FolderStore(tmp_path_factory.mktemp("store"))
    return Tools(store, packaged_blender({}), Ffmpeg(Path("ffmpeg")))


def clip(**said: object) -> BrollJob:
    return BrollJob.model_validate({**CLIP, **said})


def test_scene_is_built_once_whatever_does_not_change_it(tools):
    built = build_template(clip(), None, tools)

    assert built.kind is Kind.BLEND
    assert built.name == f"{CLIP['template']}.blend"
    for same in ({}, {"samples": 3}, {"width": 480, "height": 270}, {"crf": 30}, {"machines": 9}):
        again = build_template(clip(**same), None, tools)
        assert again.found, same
        assert again.asset == built.asset


def test_scene_is_another_for_whatever_changes_it(tools, monkeypatch):
    changes = [{"seed": 1}, {"palette": "ember"}, {"colors": ["#102030"]}, {"loop": True}]
    changes += [{"duration": 0.4}, {"fps": 9, "duration": 0.33}, {"width": 1080}]
    plain, digests = build_template(clip(), None, tools), []

    def noted(digest: str, *_: object) -> Source:
        digests.append(digest)
        return plain

    monkeypatch.setattr(build, "once_at_a_time", noted)

    for change in [{}, *changes]:
        build_template(clip(**change), None, tools)
    monkeypatch.setattr(build, "_code_digest", lambda: "another")
    build_template(clip(), None, tools)

    assert len(set(digests)) == len(changes) + 2


def test_job_that_renders_is_in_the_size_and_at_the_rate_that_were_asked_for(tools):
    asked = clip(width=480, height=270, fps="30000/1001", samples=7, chunk=5, device="gpu", video="hevc")

    job = animation_of(asked, build_template(clip(), None, tools))

    assert (job.width, job.height, job.fps, job.samples) == (480, 270, "30000/1001", 7)
    assert (job.chunk, job.device, job.video, job.trusted) == (5, "gpu", "hevc", True)
    assert job.source.startswith("store:")


def test_own_scene_that_is_no_blend_is_refused(tools, tmp_path):
    part = download_model(str(write_glb(tmp_path / "part.glb", box(1, 1, 1))), tools.store)

    with pytest.raises(
        BadInput, match=r"expected a \.blend with named parameters, found a file of the kind glb"
    ):
        build_template(clip(template=OWN_BLEND, source="part.glb"), part, tools)


def test_built_scene_is_itself_a_blend_with_named_parameters(tools):
    mine = build_template(clip(template="ai_cpu_activation"), None, tools)
    asked = {"template": OWN_BLEND, "source": "mine.blend"}

    other = build_template(clip(**asked, parameters={"glow": 0.25}), mine, tools)

    assert other.name == mine.name
    assert other.asset != mine.asset
    with pytest.raises(BadInput, match="glow"):
        build_template(clip(**asked, parameters={"gloom": 0.25}), mine, tools)


def test_words_make_another_scene_and_are_in_it(tools):
    plain = build_template(clip(), None, tools)
    arabic = build_template(clip(title={"text": "شبكة", "position": "center"}), None, tools)
    faded = build_template(clip(title={"text": "شبكة", "position": "center", "fade": 0}), None, tools)

    assert len({plain.asset.sha256, arabic.asset.sha256, faded.asset.sha256}) == 3
    assert arabic.asset.size > plain.asset.size


def test_words_that_no_font_has_are_refused(tools):
    with pytest.raises(BadInput, match="title"):
        build_template(clip(title={"text": "\ue000"}), None, tools)


def test_finished_clip_says_what_was_asked_for_and_keeps_its_scene_from_being_pruned(tools):
    asked = clip(width=32, height=18, samples=1, seed=7, video="none")

    manifest = jobs.run(asked, tools)

    assert manifest.record.asked["template"] == CLIP["template"]
    assert manifest.record.asked["seed"] == 7
    assert bytes.fromhex(manifest.record.built) in reachable(tools.store)
    built = build_template(asked, None, tools).built
    assert built is not None
    assert built.digest == manifest.record.built
