"""Models of several files for tests, and archives of them."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 2, 0], [0, 2, 0]], "<f4")
COORDINATES = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], "<f4")
TRIANGLES = np.array([0, 1, 2, 0, 2, 3], "<u2")
SHAPE = CORNERS.tobytes() + COORDINATES.tobytes() + TRIANGLES.tobytes()

PART = """#usda 1.0
(
    defaultPrim = "Part"
    metersPerUnit = 1
    upAxis = "Y"
)
def Xform "Part"
{
    def Mesh "Quad"
    {
        uniform token subdivisionScheme = "none"
        int[] faceVertexCounts = [4]
        int[] faceVertexIndices = [0, 1, 2, 3]
        point3f[] points = [(0, 0, 0), (1, 0, 0), (1, 2, 0), (0, 2, 0)]
        texCoord2f[] primvars:st = [(0, 0), (1, 0), (1, 1), (0, 1)] (interpolation = "vertex")
        rel material:binding = </Part/Paint>
    }
    def Material "Paint"
    {
        token outputs:surface.connect = </Part/Paint/Shader.outputs:surface>
        def Shader "Shader"
        {
            uniform token info:id = "UsdPreviewSurface"
            color3f inputs:diffuseColor.connect = </Part/Paint/Picture.outputs:rgb>
            token outputs:surface
        }
        def Shader "Picture"
        {
            uniform token info:id = "UsdUVTexture"
            asset inputs:file = @../textures/red.png@
            float2 inputs:st.connect = </Part/Paint/Place.outputs:result>
            float3 outputs:rgb
        }
        def Shader "Place"
        {
            uniform token info:id = "UsdPrimvarReader_float2"
            string inputs:varname = "st"
            float2 outputs:result
        }
    }
}
"""
SCENE = """#usda 1.0
(
    defaultPrim = "World"
    metersPerUnit = 1
    upAxis = "Y"
    subLayers = [@./layers/placed.usda@]
)
over "World" {}
"""
PLACED = """#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Y"
)
def Xform "World"
{
    def "A" (prepend references = @../parts/part.usda@
             instanceable = true) {}
    def "B" (prepend references = @../parts/part.usda@
             instanceable = true)
    {
        double3 xformOp:translate = (3, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
}
"""


OBJ = b"""mtllib panel.mtl
v 0 0 0
v 1000 0 0
v 1000 0 2000
v 0 0 2000
vt 0 0
vt 1 0
vt 1 1
vt 0 1
o panel
usemtl paint
f 1/1 2/2 3/3 4/4
"""
MTL = b"newmtl paint\nKd 1 1 1\nmap_Kd textures/red paint.png\n"


def png(width: int = 8, height: int = 8, colour: str = "red") -> bytes:
    """Return a picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def gltf(**changes: object) -> dict[str, Any]:
    """Return the JSON of a textured rectangle of 1 m by 2 m: a buffer and a picture in files of their own."""
    return {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0, 1]}],
        "nodes": [{"name": "a", "mesh": 0}, {"name": "b", "mesh": 0, "translation": [3, 0, 0]}],
        "meshes": [
            {
                "name": "panel",
                "primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}],
            }
        ],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0}, "name": "paint"}
        ],
        "textures": [{"source": 0}],
        "images": [{"uri": "textures/red%20paint.png", "name": "red"}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 4,
                "type": "VEC3",
                "min": [0, 0, 0],
                "max": [1, 2, 0],
            },
            {"bufferView": 1, "componentType": 5126, "count": 4, "type": "VEC2"},
            {"bufferView": 2, "componentType": 5123, "count": 6, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 48},
            {"buffer": 0, "byteOffset": 48, "byteLength": 32},
            {"buffer": 0, "byteOffset": 80, "byteLength": 12},
        ],
        "buffers": [{"byteLength": 92, "uri": "panel.bin"}],
    } | changes


def gltf_files(**changes: object) -> dict[str, bytes]:
    """Return that glTF and the files that it needs, by their places."""
    return {
        "panel.gltf": json.dumps(gltf(**changes)).encode(),
        "panel.bin": SHAPE,
        "textures/red paint.png": png(),
    }


def obj_files(library: bytes = MTL) -> dict[str, bytes]:
    """Return an OBJ of one upright rectangle of 1 m by 2 m, with its materials and their texture."""
    return {"panel.obj": OBJ, "panel.mtl": library, "textures/red paint.png": png()}


def usd_files(**changes: str | bytes) -> dict[str, bytes]:
    """Return a scene whose sublayer refers to a part with a texture, each in a folder of its own."""
    files: dict[str, str | bytes] = {
        "scene.usda": SCENE,
        "layers/placed.usda": PLACED,
        "parts/part.usda": PART,
        "textures/red.png": png(),
    }
    return {
        place: content.encode() if isinstance(content, str) else content
        for place, content in (files | changes).items()
    }


def written(files: dict[str, bytes], folder: Path) -> Path:
    """Write files below a folder and return it."""
    for place, content in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(content)
    return folder


def zipped(files: dict[str, bytes]) -> bytes:
    """Return an archive of files as people pack them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for place, content in files.items():
            package.writestr(place, content)
    return archive.getvalue()
