"""Small parts made by us, as GLB: what Blender is given in these tests."""

import json
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

STEEL = ((0.56, 0.57, 0.58), 1.0, 0.3)
CHROME = ((0.9, 0.9, 0.9), 1.0, 0.05)
BLACK = ((0.012, 0.012, 0.013), 0.0, 0.45)
WHITE = ((0.85, 0.85, 0.85), 0.0, 0.45)
BLUE = ((0.03, 0.12, 0.45), 0.0, 0.4)


@dataclass(frozen=True)
class Shape:
    """Triangles in metres, Z up: corners (3 n, 3), normals or None, and (colour, metallic, roughness)."""

    corners: np.ndarray
    normals: np.ndarray | None
    material: tuple

    def moved(self, *by: float) -> "Shape":
        return Shape(self.corners + np.array(by), self.normals, self.material)


def box(x: float, y: float, z: float, material: tuple = STEEL) -> Shape:
    """A box round the origin, without normals of its own."""
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    points = np.array([[i, j, k] for i in (-x, x) for j in (-y, y) for k in (-z, z)]) / 2
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Shape(points[triangles.ravel()], None, material)


def lathe(profile: list[tuple[float, float]], material: tuple = STEEL, count: int = 64) -> Shape:
    """A closed profile of (radius, height), counter-clockwise, turned round Z; flat along the profile."""
    angles = np.linspace(0, 2 * np.pi, count + 1)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    corners, normals = [], []
    for (r0, z0), (r1, z1) in pairwise([*profile, profile[0]]):
        slope = np.array([z1 - z0, r0 - r1]) / np.hypot(z1 - z0, r0 - r1)
        for a, b in pairwise(around):
            quad = [[*(r0 * a), z0], [*(r0 * b), z0], [*(r1 * b), z1], [*(r1 * a), z1]]
            tilted = [[*(slope[0] * c), slope[1]] for c in (a, b, b, a)]
            corners += [quad[k] for k in (0, 1, 2, 0, 2, 3)]
            normals += [tilted[k] for k in (0, 1, 2, 0, 2, 3)]
    return Shape(np.array(corners), np.array(normals), material)


def ring(inner: float, outer: float, height: float, material: tuple = STEEL, count: int = 64) -> Shape:
    """A ring round Z with its middle in the origin."""
    half = height / 2
    return lathe([(outer, -half), (outer, half), (inner, half), (inner, -half)], material, count)


def ball(radius: float, material: tuple = CHROME) -> Shape:
    """A ball round the origin."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, 33)
    shape = lathe([(radius * np.cos(a) + 1e-9, radius * np.sin(a)) for a in angles], material)
    return Shape(shape.corners, shape.corners / radius, material)


def flange() -> list[Shape]:
    """A flange of metal, paint, rubber and plastic, 0.3 m across, with sixteen bolts."""
    shapes = [
        ring(0.112, 0.15, 0.024, BLUE, 128),
        ring(0.06, 0.11, 0.04, STEEL, 128),
        ring(0.045, 0.059, 0.03, BLACK, 128),
    ]
    for angle in np.linspace(0, 2 * np.pi, 16, endpoint=False):
        x, y = 0.131 * np.cos(angle), 0.131 * np.sin(angle)
        shapes.append(ring(0.001, 0.006, 0.008, CHROME, 6).moved(x, y, 0.016))
        shapes.append(ring(0.001, 0.009, 0.002, WHITE, 32).moved(x, y, 0.012))
    return shapes


def write_glb(path: Path, *shapes: Shape) -> Path:
    """Write shapes as one GLB of as many parts (Y up and metres, as glTF wants)."""
    views, accessors, blob = [], [], b""
    gltf: dict = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": list(range(len(shapes)))}]}
    gltf |= {"nodes": [], "meshes": [], "materials": [], "bufferViews": views, "accessors": accessors}
    for number, shape in enumerate(shapes):
        attributes = {}
        for name, values in (("POSITION", shape.corners), ("NORMAL", shape.normals)):
            if values is None:
                continue
            data = np.ascontiguousarray(values[:, [0, 2, 1]] * [1, 1, -1], dtype="<f4")
            views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": data.nbytes})
            accessors.append(
                {
                    "bufferView": len(views) - 1,
                    "componentType": 5126,
                    "count": len(data),
                    "type": "VEC3",
                    "min": data.min(axis=0).tolist(),
                    "max": data.max(axis=0).tolist(),
                }
            )
            attributes[name] = len(accessors) - 1
            blob += data.tobytes()
        colour, metallic, roughness = shape.material
        surface = {"baseColorFactor": [*colour, 1], "metallicFactor": metallic, "roughnessFactor": roughness}
        gltf["materials"].append({"name": f"material {number}", "pbrMetallicRoughness": surface})
        gltf["meshes"].append({"primitives": [{"attributes": attributes, "material": number}]})
        gltf["nodes"].append({"mesh": number, "name": f"part {number}"})
    gltf["buffers"] = [{"byteLength": len(blob)}]
    text = json.dumps(gltf).encode()
    text += b" " * (-len(text) % 4)
    chunks = (
        struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(blob), 0x004E4942) + blob
    )
    path.write_bytes(struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks)
    return path
