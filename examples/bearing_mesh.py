"""The example bearing as triangles: each distinct part once, and where it is placed."""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from bearing import Assembly, unit
from bearing_parts import STEEL, Part, Rgb
from OCP.BRep import BRep_Tool
from OCP.BRepLib import BRepLib_ToolTriangulatedShape
from OCP.BRepMesh import BRepMesh_IncrementalMesh
from OCP.gp import gp_Trsf
from OCP.TopAbs import TopAbs_FACE, TopAbs_REVERSED
from OCP.TopExp import TopExp_Explorer
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS, TopoDS_Shape

DEFLECTION_MM, ANGLE = 0.1, 0.5  # fine enough for a bounding box within a thousandth

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Mesh:
    """A distinct part: points (n, 3) in mm, normals (n, 3), and triangles (m, 3) by colour (sRGB)."""

    name: str
    points: Floats
    normals: Floats
    triangles: dict[Rgb, Indices]


@dataclass(frozen=True)
class Placed:
    """One occurrence of a part: its own name and its place (4, 4), acting on columns."""

    name: str
    mesh: Mesh
    place: Floats

    @property
    def points(self) -> Floats:
        """The points where they stand, in mm."""
        return self.mesh.points @ self.place[:3, :3].T + self.place[:3, 3]

    @property
    def normals(self) -> Floats:
        """The normals as they are turned."""
        return self.mesh.normals @ self.place[:3, :3].T


def bearing() -> list[Placed]:
    """Return every placed part of the bearing unit."""
    meshes: dict[int, Mesh] = {}
    found = []
    for name, part, where in _occurrences(unit(), gp_Trsf()):
        if id(part) not in meshes:
            meshes[id(part)] = _mesh(part)
        place = np.eye(4)
        place[:3] = [[where.Value(row + 1, column + 1) for column in range(4)] for row in range(3)]
        found.append(Placed(name, meshes[id(part)], place))
    return found


def _occurrences(assembly: Assembly, at: gp_Trsf) -> Iterator[tuple[str, Part, gp_Trsf]]:
    for name, item, where in assembly.children:
        place = at.Multiplied(where)
        if isinstance(item, Part):
            yield name, item, place
        else:
            yield from _occurrences(item, place)


def _mesh(part: Part) -> Mesh:
    BRepMesh_IncrementalMesh(part.solid, DEFLECTION_MM, False, ANGLE, True)
    points, normals = [np.empty((0, 3))], [np.empty((0, 3))]
    triangles: dict[Rgb, list[Indices]] = {}
    count = 0
    faces = TopExp_Explorer(part.solid, TopAbs_FACE)
    while faces.More():
        face = faces.Current()
        face_points, face_normals, face_triangles = _face(face)
        colour = STEEL if part.machined and part.machined(face) else part.colour
        points.append(face_points)
        normals.append(face_normals)
        triangles.setdefault(colour, []).append(face_triangles + count)
        count += len(face_points)
        faces.Next()
    joined = {colour: np.concatenate(runs) for colour, runs in triangles.items()}
    return Mesh(part.name, np.concatenate(points), np.concatenate(normals), joined)


def _face(shape: TopoDS_Shape) -> tuple[Floats, Floats, Indices]:
    """Return one face's points, outward normals and triangles."""
    face, where = TopoDS.Face(shape), TopLoc_Location()
    mesh = BRep_Tool.Triangulation_s(face, where)
    BRepLib_ToolTriangulatedShape.ComputeNormals_s(face, mesh)
    numbers = range(1, mesh.NbNodes() + 1)
    points = [mesh.Node(number).Transformed(where.Transformation()) for number in numbers]
    normals = [mesh.Normal(number).Transformed(where.Transformation()) for number in numbers]
    corners = [mesh.Triangle(number).Get() for number in range(1, mesh.NbTriangles() + 1)]
    triangles = np.array(corners, dtype=np.int64) - 1
    outward = np.array([[one.X(), one.Y(), one.Z()] for one in normals])
    if face.Orientation() == TopAbs_REVERSED:
        triangles, outward = triangles[:, ::-1], outward * -1
    return np.array([[one.X(), one.Y(), one.Z()] for one in points]), outward, triangles
