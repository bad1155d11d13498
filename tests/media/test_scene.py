"""Scenes of every kind of source, found again, and refused when Blender cannot make them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pxr import Usd, UsdGeom

from media import jobs
from media import scene as scene_stage
from media.asset import Asset
from media.errors import ToolFailed
from media.geometry.prepare import prepare_geometry
from media.job import StillJob
from media.kind import Kind
from media.plan import plan
from media.scene import Scene, find_scene, prepare_scene
from media.source import download_model
from media.store.keys import key_for
from media.store.protocol import Damaged


def write_usd(path: Path) -> Path:
    """Write a cube of 2 cm, Z up, as `path` says: text, binary or packed."""
    plain = path.with_suffix(".usdc") if path.suffix == ".usdz" else path
    stage = Usd.Stage.CreateNew(str(plain))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/part").GetPrim())
    mesh = UsdGeom.Mesh.Define(stage, "/part/cube")
    mesh.CreatePointsAttr([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    mesh.CreateFaceVertexCountsAttr([4] * 6)
    mesh.CreateFaceVertexIndicesAttr([0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3])
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    stage.GetRootLayer().Save()
    if path.suffix == ".usdz":
        from pxr import UsdUtils  # noqa: PLC0415 - only here

        assert UsdUtils.CreateNewUsdzPackage(str(plain), str(path))
    return path


@pytest.mark.parametrize(("suffix", "kind"), [("usda", Kind.USDA), ("usdc", Kind.USDC), ("usdz", Kind.USDZ)])
def test_given_usd_becomes_a_picture_without_being_tessellated(tools, tmp_path, suffix, kind, children):
    cube = write_usd(tmp_path / f"cube.{suffix}")

    with children.counted() as commands:
        manifest = jobs.run(StillJob(source=str(cube), width=64, height=64, samples=1), tools)

    assert manifest.record.route == "usd-given"
    assert kind.is_usd
    assert not [
        part for command in commands for part in command if "tessell" in part or part == "media.geometry.occt"
    ]
    with Image.open(tools.store.root / manifest.output("still").asset.key) as picture:
        assert len(picture.convert("L").getcolors()) > 16


def test_glb_of_a_step_file_becomes_a_picture_by_itself(tools, tmp_path, bearing_step):

    geometry = prepare_geometry(download_model(str(bearing_step), tools.store), tools.store, "coarse")
    tools.store.fetch(geometry.glb.key, tmp_path / "bearing.glb")

    manifest = jobs.run(StillJob(source=str(tmp_path / "bearing.glb"), width=64, height=64, samples=1), tools)

    assert manifest.record.route == "glb"


def test_colour_of_a_part_is_a_new_scene_of_the_same_geometry(tools, bearing_step, children):
    plain = {"source": str(bearing_step), "detail": "coarse", "width": 96, "height": 96, "samples": 1}
    first = jobs.run(StillJob.model_validate(plain), tools)
    red = [{"parts": "sechskant*", "color": "#ff0000"}, {"parts": "ball*", "color": "#00ff00"}]

    with children.counted() as commands:
        painted = jobs.run(StillJob.model_validate(plain | {"materials": red}), tools)

    assert painted.record.geometry == first.record.geometry
    assert painted.record.scene != first.record.scene
    assert "geometry" in painted.record.reused
    assert not [part for command in commands for part in command if part.startswith("media.geometry")]
    (warning,) = painted.record.warnings
    assert "expected parts that match ball*, found none; the names are Außenring, Deckelring," in warning
    scene = find_scene(painted.record.scene, tools.store)
    assert scene
    assert scene.warnings == (warning,)
    assert red_pixels(tools, painted) > 20 > red_pixels(tools, first), (
        "bolts and nuts, by their products' name"
    )


def red_pixels(tools, manifest) -> int:
    """Count the pixels of a still in which there is far more red than anything else."""
    with Image.open(tools.store.root / manifest.output("still").asset.key) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=int)
    return int((pixels[:, :, 0] > 2 * pixels[:, :, 1:].max(axis=2)).sum())


def test_scene_whose_file_is_gone_is_made_again(tools, tmp_path):
    cube = write_usd(tmp_path / "cube.usda")
    first = jobs.run(StillJob(source=str(cube), width=32, height=32, samples=1), tools)
    scene = find_scene(first.record.scene, tools.store)
    assert scene
    tools.store.delete(scene.asset.key)

    again = jobs.run(StillJob(source=str(cube), width=33, height=32, samples=1), tools)

    assert again.record.scene == first.record.scene
    assert find_scene(first.record.scene, tools.store)


def test_scene_that_several_ask_for_at_once_is_made_by_one_blender(tools, tmp_path, children):
    cube = write_usd(tmp_path / "cube.usda")
    source = download_model(str(cube), tools.store)
    geometry = prepare_geometry(source, tools.store)
    job = StillJob(source=str(cube))
    ready = threading.Barrier(3)

    def ask(_: int) -> Scene:
        ready.wait()
        return prepare_scene(geometry, job, tools)

    with children.counted() as commands, ThreadPoolExecutor(3) as pool:
        scenes = list(pool.map(ask, range(3)))

    assert len(commands) == 1
    assert sorted(scene.found for scene in scenes) == [False, True, True]
    assert {scene.asset for scene in scenes} == {find_scene(scenes[0].digest, tools.store).asset}
    assert scenes[0].digest == plan(job, source, tools.blender).scene


def test_of_two_makers_of_a_scene_the_first_to_publish_is_believed_by_both(tools, tmp_path, monkeypatch):
    source = download_model(str(write_usd(tmp_path / "cube.usda")), tools.store)
    geometry, job = prepare_geometry(source, tools.store), StillJob(source=str(tmp_path / "cube.usda"))
    digest = plan(job, source, tools.blender).scene
    key, sha256 = key_for("scenes", digest, "scene.json"), "ab" * 32
    blend = tools.store.put(key_for("scenes", sha256, "scene.blend"), b"theirs")
    asset = Asset(uri="", sha256=sha256, size=blend.size, media_type="application/x-blender", key=blend.key)
    theirs = Scene(digest=digest, asset=asset, import_seconds=0)

    def other_comes_first(point: str) -> None:
        if point == "scene.before_report":
            tools.store.put(key, theirs.model_dump_json().encode(), write_once=True)

    monkeypatch.setattr("media.scene.fault_point", other_comes_first)
    scene = prepare_scene(geometry, job, tools)

    assert scene == theirs
    assert Scene.model_validate_json(tools.store.get(key)) == theirs


def test_scene_of_a_heavy_job_is_made_among_light_ones_since_those_may_wait_for_it(
    tools, bearing_step, monkeypatch
):
    geometry = prepare_geometry(download_model(str(bearing_step), tools.store), tools.store, "coarse")
    job = StillJob(source=str(bearing_step), width=2048, height=2048)
    lanes = []

    def refuse(_blender, _job, _folder, ticket) -> None:
        lanes.append(ticket.lane)
        raise ToolFailed("this test renders nothing")

    monkeypatch.setattr(scene_stage, "run_script", refuse)
    with pytest.raises(ToolFailed, match="renders nothing"):
        prepare_scene(geometry, job, tools)

    assert (job.queue, lanes) == ("heavy", ["light"])


def test_scene_of_the_right_size_with_other_bytes_is_not_rendered_and_is_made_again(tools, tmp_path):
    cube = write_usd(tmp_path / "cube.usda")
    first = jobs.run(StillJob(source=str(cube), width=32, height=32, samples=1), tools)
    scene = find_scene(first.record.scene, tools.store)
    assert scene
    blend = tools.store.root / scene.asset.key
    blend.write_bytes(blend.read_bytes()[::-1])

    with pytest.raises(Damaged, match=r"scene\.blend: expected bytes of sha256"):
        jobs.run(StillJob(source=str(cube), width=33, height=32, samples=1), tools)
    again = jobs.run(StillJob(source=str(cube), width=33, height=32, samples=1), tools)

    assert again.output("still")


def test_source_of_the_right_size_with_other_bytes_is_not_opened_and_can_be_brought_again(tools, tmp_path):
    cube = write_usd(tmp_path / "cube.usda")
    source = download_model(str(cube), tools.store)
    tools.store.put(source.asset.key, cube.read_bytes().replace(b"cube", b"cone"))

    with pytest.raises(Damaged):
        prepare_geometry(source, tools.store)
    assert not download_model(str(cube), tools.store).found
    assert prepare_geometry(source, tools.store).report.parts == 1
