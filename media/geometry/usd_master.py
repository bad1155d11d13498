"""Write the USD master from our GLB: a child process of its own, started early because pxr is slow to import.

    python -m media.geometry.usd_master        then one JSON line on stdin: {"glb": …, "usd": …}

Reports one JSON line on file descriptor 3: {"event": "done", "meshes": …, "instances": …}.

Every distinct part is a class prim below /Prototypes and every placed part an instanceable reference to one,
which renderers draw without copying. Metres, Y up, no subdivision, normals from the CAD surfaces. Materials
lie inside the prototypes: an instance cannot see out of what it references.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pxr import Gf, Kind, Sdf, Usd, UsdGeom, UsdShade, Vt

from media.geometry.gltf import Gltf, read_glb
from media.geometry.gltf_document import Material, Mesh
from media.geometry.names import identifier_for, identifiers_for
from media.geometry.placement import local, values

REPORT_FD = 3
ROOT, PROTOTYPES = Sdf.Path("/Model"), Sdf.Path("/Prototypes")


@dataclass(frozen=True)
class Surface:
    """One mesh's arrays: points and normals (n by 3), triangles (m by 3), parts.

    A part is a run of triangles of one material: the number of the triangle after its last, the material.
    """

    points: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float32]
    triangles: npt.NDArray[np.int32]
    parts: tuple[tuple[int, int | None], ...]


def main() -> None:
    """Write the master that the line on stdin asks for."""
    UsdGeom.Mesh.Define(Usd.Stage.CreateInMemory(), ROOT)  # loads pxr's schemas and plug-ins while we wait
    line = sys.stdin.readline()
    if not line:  # whoever started us changed his mind
        return
    job = json.loads(line)
    gltf = read_glb(Path(job["glb"]), "the tessellated model")
    instances = write_master(gltf, Path(job["usd"]))
    with os.fdopen(REPORT_FD, "w") as reports:
        done = {"event": "done", "meshes": len(gltf.document.meshes), "instances": instances}
        reports.write(json.dumps(done) + "\n")
    os._exit(0)  # the layer is saved; taking it apart in memory helps nobody


def write_master(gltf: Gltf, path: Path) -> int:
    """Write `path` (.usdc) from a GLB of ours; returns the number of instances."""
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    stage.CreateClassPrim(PROTOTYPES)
    prototypes, meshes = [], gltf.document.meshes
    for name, mesh in zip(identifiers_for(mesh.name for mesh in meshes), meshes, strict=True):
        prototypes.append(PROTOTYPES.AppendChild(name))
        _write_prototype(stage, prototypes[-1], gltf, mesh)
    root = UsdGeom.Xform.Define(stage, ROOT)
    Usd.ModelAPI(root).SetKind(Kind.Tokens.assembly)
    stage.SetDefaultPrim(root.GetPrim())
    instances = _write_tree(stage, gltf, prototypes)
    stage.GetRootLayer().Save()
    Sdf.Layer.OpenAsAnonymous(str(path))  # a file that was cut short cannot be opened, whatever saving said
    return instances


def _write_tree(stage: Usd.Stage, gltf: Gltf, prototypes: list[Sdf.Path]) -> int:
    """Write the assembly tree below the root; returns the number of placed parts."""
    nodes, instances = gltf.document.nodes, 0
    pending = [(ROOT, gltf.document.scenes[gltf.document.scene].nodes)]
    while pending:
        parent, children = pending.pop()
        siblings = [nodes[index] for index in children]
        for name, node in zip(identifiers_for(node.name for node in siblings), siblings, strict=True):
            path = parent.AppendChild(name)
            prim = UsdGeom.Xform.Define(stage, path)
            prim.GetPrim().SetDisplayName(node.name)
            matrix = local(node)
            if not np.array_equal(matrix, np.eye(4)):
                prim.AddTransformOp().Set(Gf.Matrix4d(matrix.T.tolist()))
            if node.mesh is not None:
                prim.GetPrim().GetReferences().AddInternalReference(prototypes[node.mesh])
                prim.GetPrim().SetInstanceable(True)  # noqa: FBT003 - pxr's signature
                instances += 1
            pending.append((path, node.children))
    return instances


def _write_prototype(stage: Usd.Stage, path: Sdf.Path, gltf: Gltf, mesh: Mesh) -> None:
    """Write one distinct part: a mesh, its materials, and a subset for each material if it has several."""
    surface = surface_of(gltf, mesh)
    prim = UsdGeom.Xform.Define(stage, path)
    prim.GetPrim().SetDisplayName(mesh.name)
    shape = UsdGeom.Mesh.Define(stage, path.AppendChild("Shape"))
    shape.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    shape.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(surface.points))
    shape.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(surface.normals))
    shape.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    shape.CreateFaceVertexCountsAttr(Vt.IntArray(len(surface.triangles), 3))
    shape.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(surface.triangles.ravel()))
    extent = np.stack([surface.points.min(axis=0), surface.points.max(axis=0)])
    shape.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(extent))
    shape.CreateDoubleSidedAttr(True)  # noqa: FBT003 - pxr's signature
    used = list(dict.fromkeys(material for _, material in surface.parts if material is not None))
    looks = {index: _write_material(stage, path, gltf.document.materials[index]) for index in used}
    _bind(shape, surface, looks)


def _bind(shape: UsdGeom.Mesh, surface: Surface, looks: dict[int, UsdShade.Material]) -> None:
    """Bind the mesh to its material, or runs of its triangles to theirs."""
    if len(looks) == 1:
        UsdShade.MaterialBindingAPI.Apply(shape.GetPrim()).Bind(next(iter(looks.values())))
        return
    begin = 0
    for end, material in surface.parts:
        if material is not None:
            faces = Vt.IntArray.FromNumpy(np.arange(begin, end, dtype=np.int32))
            family = UsdShade.Tokens.materialBind
            subset = UsdGeom.Subset.CreateUniqueGeomSubset(
                shape, "Faces", UsdGeom.Tokens.face, faces, family, UsdGeom.Tokens.nonOverlapping
            )
            UsdShade.MaterialBindingAPI.Apply(subset.GetPrim()).Bind(looks[material])
        begin = end


def _write_material(stage: Usd.Stage, prototype: Sdf.Path, source: Material) -> UsdShade.Material:
    """Write a UsdPreviewSurface with colour (linear), metallic and roughness."""
    name = identifier_for(source.name)
    material = UsdShade.Material.Define(stage, prototype.AppendPath(f"Looks/{name}"))
    shader = UsdShade.Shader.Define(stage, material.GetPath().AppendChild("Surface"))
    shader.CreateIdAttr("UsdPreviewSurface")
    pbr = source.pbr_metallic_roughness
    inputs = (
        ("diffuseColor", Sdf.ValueTypeNames.Color3f, Gf.Vec3f(*pbr.base_color_factor[:3])),
        ("opacity", Sdf.ValueTypeNames.Float, pbr.base_color_factor[3]),
        ("metallic", Sdf.ValueTypeNames.Float, pbr.metallic_factor),
        ("roughness", Sdf.ValueTypeNames.Float, pbr.roughness_factor),
    )
    for key, kind, value in inputs:
        shader.CreateInput(key, kind).Set(value)
    material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
    return material


def surface_of(gltf: Gltf, mesh: Mesh) -> Surface:
    """Join the primitives of a mesh of ours into one surface."""
    points, normals, triangles = [], [], []
    parts: list[tuple[int, int | None]] = []
    first_point = first_triangle = 0
    for primitive in mesh.primitives:
        points.append(_array(gltf, primitive.attributes["POSITION"]))
        normals.append(_array(gltf, primitive.attributes["NORMAL"]))
        corners = _array(gltf, primitive.indices).reshape(-1, 3).astype(np.int32) + first_point
        triangles.append(corners)
        first_point += len(points[-1])
        first_triangle += len(corners)
        parts.append((first_triangle, primitive.material))
    return Surface(
        np.concatenate(points).astype(np.float32),
        np.concatenate(normals).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        tuple(parts),
    )


def _array(gltf: Gltf, accessor: int | None) -> npt.NDArray[np.generic]:
    found = values(gltf, accessor) if accessor is not None else None
    if found is None:
        raise ValueError(f"accessor {accessor}: expected plain data, as our own GLB holds, found none")
    return found


if __name__ == "__main__":
    main()
