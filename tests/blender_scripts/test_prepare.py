"""Preparing a scene in a real Blender."""

from ast import literal_eval

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, UsdShade, Vt

from tests.blender_scripts.blender import ROOT
from tests.blender_scripts.shapes import box, write_glb


def instanced_usd(path, *, metres_per_unit):
    """Three instances of one prototype, a box of 40 x 20 mm that is 10 mm high, in a row; Y is up."""
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, "Y")
    UsdGeom.SetStageMetersPerUnit(stage, metres_per_unit)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/root").GetPrim())
    stage.CreateClassPrim("/_box")
    mesh = UsdGeom.Mesh.Define(stage, "/_box/mesh")
    corners = box(0.04, 0.01, 0.02).corners / metres_per_unit
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(corners.astype("f4")))
    mesh.CreateFaceVertexCountsAttr([3] * 12)
    mesh.CreateFaceVertexIndicesAttr(list(range(36)))
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim())
    for number in range(3):
        place = UsdGeom.Xform.Define(stage, f"/root/p{number}")
        place.GetPrim().GetReferences().AddInternalReference("/_box")
        place.GetPrim().SetInstanceable(True)  # noqa: FBT003 - USD's own signature
        place.AddTranslateOp().Set(Gf.Vec3d(number * 0.1 / metres_per_unit, 0, 0))
    stage.GetRootLayer().Save()
    return path


@pytest.mark.parametrize("metres_per_unit", [1.0, 0.001])
def test_instanced_usd_keeps_its_instances_units_and_up_axis(blender, tmp_path, metres_per_unit):
    outcome = blender.prepare(
        tmp_path, instanced_usd(tmp_path / "part.usdc", metres_per_unit=metres_per_unit)
    )

    saved = outcome.one("scene_saved")
    assert (saved["objects"], saved["meshes"], saved["triangles"]) == (3, 1, 36)
    if metres_per_unit != 1 and outcome.one("started")["blender"].startswith("4.2."):
        pytest.skip("Blender 4.2 reads no units from a USD; the picture is the same, the bounds are not")
    size = np.ptp(np.array(saved["bounds"]), axis=0)
    assert size == pytest.approx([0.24, 0.02, 0.01], abs=1e-6), "Y up has become Z up: 10 mm high"
    assert saved["import_seconds"] < saved["seconds"]


def test_glb_is_measured_in_metres_with_z_up(blender, tmp_path):
    outcome = blender.prepare(tmp_path, write_glb(tmp_path / "part.glb", box(0.3, 0.2, 0.1).moved(5, 0, 0)))

    bounds = np.array(outcome.one("scene_saved")["bounds"])
    assert bounds == pytest.approx(np.array([[4.85, -0.1, -0.05], [5.15, 0.1, 0.05]]), abs=1e-6)
    assert outcome.one("started")["blender"].count(".") == 2


def test_scene_is_one_uncompressed_file(blender, tmp_path):
    blender.prepare(tmp_path, write_glb(tmp_path / "part.glb", box(1, 1, 1)))

    assert (tmp_path / "scene.blend").read_bytes()[:7] == b"BLENDER"
    assert [path.name for path in tmp_path.glob("scene*")] == ["scene.blend"], "no backup beside it"


@pytest.mark.parametrize("geometry", ["part.glb", "missing.glb"])
def test_blender_leaves_no_temporary_folder_however_its_job_went(blender, tmp_path, geometry):
    write_glb(tmp_path / "part.glb", box(1, 1, 1))

    outcome = blender.prepare(tmp_path, tmp_path / geometry)

    assert outcome.all("started"), "so that Blender was loaded"
    assert list(tmp_path.glob("blender_*")) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("missing.glb", None, "found none"),
        ("empty.glb", b"", "empty"),
        ("text.glb", b"solid bearing\n", "expected a readable glb"),
        ("text.usdc", b"solid bearing\n", "expected a readable usd"),
    ],
)
def test_broken_geometry_is_bad_input(blender, tmp_path, name, content, complaint):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    outcome = blender.prepare(tmp_path, tmp_path / name)

    failed = outcome.one("failed")
    assert (outcome.code, failed["class"]) == (1, "BadInput")
    assert complaint in failed["message"]
    assert name in failed["message"]
    assert not (tmp_path / "scene.blend").exists()


def test_geometry_without_a_triangle_is_bad_input(blender, tmp_path):
    stage = Usd.Stage.CreateNew(str(tmp_path / "part.usda"))
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/root").GetPrim())
    stage.GetRootLayer().Save()

    outcome = blender.prepare(tmp_path, tmp_path / "part.usda")

    assert (outcome.code, outcome.one("failed")["class"]) == (1, "BadInput")
    assert "at least one triangle" in outcome.one("failed")["message"]


def test_scene_that_cannot_be_written_is_no_fault_of_the_input(blender, tmp_path):
    geometry = write_glb(tmp_path / "part.glb", box(1, 1, 1))
    job = {
        "do": "prepare_scene",
        "geometry": {"path": str(geometry), "format": "glb"},
        "output": str(tmp_path / "no" / "folder" / "scene.blend"),
    }

    outcome = blender.run(tmp_path, job)

    assert (outcome.code, outcome.one("failed")["class"]) == (1, "ToolFailed")
    assert "scene.blend" in outcome.one("failed")["message"]


CHAMFER = 25.0
READ_NORMALS = """
import sys, bpy, numpy as np
bpy.ops.wm.open_mainfile(filepath=sys.argv[-2])
mesh = next(mesh for mesh in bpy.data.meshes if not mesh.name.startswith("studio"))
flat = [face for face in mesh.polygons if face.normal.z > 0.999]
ups = [mesh.corner_normals[corner].vector.z for face in flat for corner in face.loop_indices]
open(sys.argv[-1], "w").write(str(np.degrees(np.arccos(min(ups)))))
"""


def test_flat_face_of_a_mesh_without_normals_stays_flat_up_to_its_chamfer(blender, tmp_path):
    """A chamfer of less than 30 degrees is no sharp edge; a plane as bright as one must not curve there."""
    stage = Usd.Stage.CreateNew(str(tmp_path / "part.usdc"))
    UsdGeom.SetStageUpAxis(stage, "Z")
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    mesh = UsdGeom.Mesh.Define(stage, "/plate")
    angles = np.radians(np.arange(0, 360, 60))
    around = np.stack([np.cos(angles), np.sin(angles), np.zeros(6)], axis=1)
    drop = 0.1 * np.tan(np.radians(CHAMFER))
    points = np.concatenate([around, around * 1.1 - [0, 0, drop]])
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points.astype("f4")))
    mesh.CreateFaceVertexCountsAttr([6, *[4] * 6])
    sides = [[k, 6 + k, 6 + (k + 1) % 6, (k + 1) % 6] for k in range(6)]
    mesh.CreateFaceVertexIndicesAttr([*range(6), *np.array(sides).ravel().tolist()])
    stage.GetRootLayer().Save()

    blend = blender.prepare(tmp_path, tmp_path / "part.usdc").one("scene_saved")["path"]
    (tmp_path / "read.py").write_text(READ_NORMALS)
    blender.run_script(tmp_path, tmp_path / "read.py", blend, str(tmp_path / "degrees"))

    assert float((tmp_path / "degrees").read_text()) < CHAMFER / 4


COUNT_WORK = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
import bpy
from blender_scripts.geometry_import import smooth_unshaded
bpy.ops.wm.read_factory_settings(use_empty=True)
for number in range(int(sys.argv[-2])):
    mesh = bpy.data.meshes.new("part")
    mesh.from_pydata([(0, 0, number), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("part", mesh))
worked_through = []
count = lambda scene, graph: worked_through.append(len(graph.ids))
bpy.app.handlers.depsgraph_update_post.append(count)
smooth_unshaded()
left = all(mesh.has_custom_normals for mesh in bpy.data.meshes), len(bpy.data.objects), len(bpy.data.scenes)
open(sys.argv[-1], "w").write(repr((sum(worked_through), *left)))
sys.stdout.flush()
os._exit(0)
"""


def test_shading_a_part_takes_no_more_work_where_there_are_many(blender, tmp_path):
    """Work is what Blender's evaluation went through: every object of a scene, at each look at it."""
    (tmp_path / "count.py").write_text(COUNT_WORK)
    work = {}
    for parts in (10, 100):
        outcome = blender.run_script(tmp_path, tmp_path / "count.py", str(parts), str(tmp_path / "work"))
        assert outcome.code == 0, outcome.log[-2000:]
        work[parts], *left = literal_eval((tmp_path / "work").read_text())
        assert left == [True, parts, 1], "all are shaded, and nothing else was left behind"

    assert 0 < work[100] < 15 * work[10]
