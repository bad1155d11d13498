"""Write the example bearing in every format that is read: `python examples/bearing_formats.py FOLDER`.

STEP and IGES hold its exact surfaces; the others hold one and the same tessellation of the same parts. Each
says of names, colours, places and unit what its format can carry. `--only stl,obj` writes only these.
"""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
import argparse
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from bearing import Document, unit, write_bearing
from bearing_mesh import Floats, Mesh, Placed, bearing
from bearing_parts import Rgb
from OCP.IGESCAFControl import IGESCAFControl_Writer
from OCP.Interface import Interface_Static
from pxr import Sdf, UsdUtils

from media.geometry.gltf import read_glb
from media.geometry.materials import finish_of
from media.geometry.usd_master import write_master

MILLIMETRES_Z_UP = [0.001, 0, 0, 0, 0, 0, -0.001, 0, 0, 0.001, 0, 0, 0, 0, 0, 1]  # column by column
FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
PLY_VERTEX = np.dtype([("place", "<f4", 3), ("normal", "<f4", 3), ("colour", "u1", 3)])
PLY_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])

Json = dict[str, Any]


def write_iges(path: Path) -> None:
    """Write solids with names and colours (IGES 5.3, entity 186)."""
    filled = Document(distinct=False)
    filled.add(unit())
    filled.shapes.UpdateAssemblies()
    Interface_Static.SetIVal_s("write.iges.brep.mode", 1)
    writer = IGESCAFControl_Writer()
    writer.SetNameMode(True)
    writer.SetColorMode(True)
    if not (writer.Transfer(filled.document) and writer.Write(str(path))):
        raise OSError(f"{path}: the IGES writer could not write it")


def write_stl(path: Path, parts: list[Placed]) -> None:
    """Write one binary STL of all parts; its header begins with "solid", as some programs' do."""
    corners = np.concatenate(
        [part.points[np.concatenate(list(part.mesh.triangles.values()))] for part in parts]
    )
    facets = np.zeros(len(corners), FACET)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    facets["normal"] = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    facets["corners"] = corners
    header = b"solid bearing, in millimetres".ljust(80) + struct.pack("<I", len(facets))
    path.write_bytes(header + facets.tobytes())


def write_obj(path: Path, parts: list[Placed]) -> None:
    """Write one object for each placed part, and an MTL beside it."""
    colours = {colour: f"colour_{number}" for number, colour in enumerate(_colours(parts), 1)}
    lines, count = [f"mtllib {path.stem}.mtl"], 1
    for part in parts:
        lines.append(f"o {part.name}")
        lines += [f"v {x:.6g} {y:.6g} {z:.6g}" for x, y, z in part.points]
        lines += [f"vn {x:.4f} {y:.4f} {z:.4f}" for x, y, z in part.normals]
        for colour, triangles in part.mesh.triangles.items():
            lines.append(f"usemtl {colours[colour]}")
            lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in triangles + count]
        count += len(part.points)
    path.write_text("\n".join(lines) + "\n")
    looks = [f"newmtl {name}\nKd {red} {green} {blue}\n" for (red, green, blue), name in colours.items()]
    path.with_suffix(".mtl").write_text("\n".join(looks))


def write_ply(path: Path, parts: list[Placed]) -> None:
    """Write one binary PLY with a normal and a colour at every point."""
    rows, corners, count = [], [], 0
    for part in parts:
        for colour, triangles in part.mesh.triangles.items():
            used, numbered = np.unique(triangles, return_inverse=True)
            vertices = np.zeros(len(used), PLY_VERTEX)
            vertices["place"], vertices["normal"] = part.points[used], part.normals[used]
            vertices["colour"] = np.rint(np.array(colour) * 255)
            rows.append(vertices)
            corners.append(numbered.reshape(-1, 3) + count)
            count += len(used)
    faces = np.zeros(sum(map(len, corners)), PLY_FACE)
    faces["count"], faces["corners"] = 3, np.concatenate(corners)
    floats = "".join(f"property float {name}\n" for name in ("x", "y", "z", "nx", "ny", "nz"))
    colours = "".join(f"property uchar {name}\n" for name in ("red", "green", "blue"))
    header = (
        "ply\nformat binary_little_endian 1.0\ncomment millimetres, Z up\n"
        f"element vertex {count}\n{floats}{colours}"
        f"element face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    path.write_bytes(header.encode() + np.concatenate(rows).tobytes() + faces.tobytes())


def write_gltf(path: Path, parts: list[Placed]) -> None:
    """Write a .glb, or a .gltf with its .bin beside it: each distinct part once, placed by 140 nodes."""
    document, binary = _gltf(parts)
    if path.suffix == ".gltf":
        document["buffers"][0]["uri"] = f"{path.stem}.bin"
        path.with_suffix(".bin").write_bytes(binary)
        path.write_text(json.dumps(document, ensure_ascii=False))
        return
    text = json.dumps(document, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<2I", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<2I", len(binary), 0x004E4942) + binary
    path.write_bytes(struct.pack("<3I", 0x46546C67, 2, 12 + len(chunks)) + chunks)


def _gltf(parts: list[Placed]) -> tuple[Json, bytes]:
    colours = {colour: number for number, colour in enumerate(_colours(parts))}
    distinct = {id(part.mesh): part.mesh for part in parts}
    numbers = {key: number for number, key in enumerate(distinct)}
    pieces: list[bytes] = []
    views: list[Json] = []
    accessors: list[Json] = []

    def accessor(values: Floats, component: int, kind: str, **more: object) -> int:
        data = values.tobytes()
        views.append({"buffer": 0, "byteOffset": sum(map(len, pieces)), "byteLength": len(data)})
        count = {"bufferView": len(views) - 1, "componentType": component, "count": len(values), "type": kind}
        accessors.append(count | more)
        pieces.append(data)
        return len(accessors) - 1

    def mesh(source: Mesh) -> Json:
        points = source.points.astype("<f4")
        extremes = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
        shared = {
            "POSITION": accessor(points, 5126, "VEC3", **extremes),
            "NORMAL": accessor(source.normals.astype("<f4"), 5126, "VEC3"),
        }
        runs = [
            {
                "attributes": shared,
                "indices": accessor(triangles.astype("<u4").ravel(), 5125, "SCALAR"),
                "material": colours[colour],
            }
            for colour, triangles in source.triangles.items()
        ]
        return {"name": source.name, "primitives": runs}

    nodes: list[Json] = [
        {"name": part.name, "mesh": numbers[id(part.mesh)], "matrix": part.place.T.ravel().tolist()}
        for part in parts
    ]
    root = {"name": "bearing", "matrix": MILLIMETRES_Z_UP, "children": list(range(len(nodes)))}
    document: Json = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [len(nodes)]}],
        "nodes": [*nodes, root],
        "meshes": [mesh(source) for source in distinct.values()],
        "materials": [_material(colour) for colour in colours],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": sum(map(len, pieces))}],
    }
    return document, b"".join(pieces)


def _material(colour: Rgb) -> Json:
    red, green, blue = (((one + 0.055) / 1.055) ** 2.4 if one > 0.04045 else one / 12.92 for one in colour)  # noqa: PLR2004 - sRGB
    finish = finish_of(red, green, blue)
    return {
        "pbrMetallicRoughness": {
            "baseColorFactor": [red, green, blue, 1],
            "metallicFactor": finish.metallic,
            "roughnessFactor": finish.roughness,
        },
        "doubleSided": True,
    }


def _colours(parts: list[Placed]) -> list[Rgb]:
    return list(dict.fromkeys(colour for part in parts for colour in part.mesh.triangles))


def write_usd(path: Path, parts: list[Placed]) -> None:
    """Write a .usda, .usdc or .usdz: prototypes and instances."""
    glb, layer = path.with_suffix(".glb.part"), path
    write_gltf(glb, parts)
    if path.suffix == ".usdz":
        layer = path.with_suffix(".in-usdz.usdc")
    write_master(read_glb(glb, glb.name), layer)
    if path.suffix == ".usdz":
        UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(str(layer)), str(path))
        layer.unlink()
    glb.unlink()


MESH_WRITERS: dict[str, Callable[[Path, list[Placed]], None]] = {
    "stl": write_stl,
    "obj": write_obj,
    "ply": write_ply,
    "glb": write_gltf,
    "gltf": write_gltf,
    "usda": write_usd,
    "usdc": write_usd,
    "usdz": write_usd,
}
FORMATS = ("step", "iges", *MESH_WRITERS)


def write_formats(folder: Path, formats: tuple[str, ...] = FORMATS) -> None:
    """Write the bearing to `folder` as bearing.step, bearing.iges and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = bearing() if set(formats) & MESH_WRITERS.keys() else []
    for name in formats:
        path = folder / f"bearing.{name}"
        if name == "step":
            write_bearing(path)
        elif name == "iges":
            write_iges(path)
        else:
            MESH_WRITERS[name](path, parts)
        print(path)


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default=",".join(FORMATS), help="formats, with commas between them")
    args = parser.parse_args()
    wanted = tuple(args.only.split(","))
    if not set(wanted) <= set(FORMATS):
        parser.error(f"expected some of {','.join(FORMATS)}, found {args.only}")
    write_formats(args.folder, wanted)


if __name__ == "__main__":
    main()
