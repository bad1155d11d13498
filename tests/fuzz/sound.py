"""Sound files to damage: small, and one of each form that is read."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from media.geometry.prepare import prepare_geometry
from media.source import download_model
from media.store import FolderStore

ROOT = Path(__file__).parents[2]
USDA = b"""#usda 1.0
(
    defaultPrim = "World"
    metersPerUnit = 0.01
    upAxis = "Z"
)
def Xform "World"
{
    def Mesh "Quad"
    {
        int[] faceVertexCounts = [4, 3]
        int[] faceVertexIndices = [0, 1, 2, 3, 0, 1, 2]
        point3f[] points = [(0, 0, 0), (100, 0, 0), (100, 200, 0), (0, 200, 50)]
        normal3f[] normals = [(0, 0, 1), (0, 0, 1), (0, 0, 1), (0, 0, 1)]
        double3 xformOp:translate = (10, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
    def "Again" (prepend references = </World/Quad>)
    {
        double3 xformOp:translate = (500, 0, 0)
    }
}
"""


def packed(member: str, data: bytes) -> bytes:
    """Return a USDZ of one member, whose data begins at a multiple of 64 bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        info = zipfile.ZipInfo(member)
        pad = -(30 + len(member) + 4) % 64
        info.extra = b"\x86\x19" + pad.to_bytes(2, "little") + bytes(pad)
        package.writestr(info, data)
    return archive.getvalue()


def write_sound_files(folder: Path) -> dict[str, list[bytes]]:
    """Return the files by kind: a cube and a pin as STEP, what becomes of them, and a scene as text."""
    script = ROOT / "tests" / "media" / "geometry" / "make_step.py"
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True, timeout=120)
    store, step = FolderStore(folder / "store"), folder / "pair.step"
    geometry = prepare_geometry(download_model(str(step), store), store, "coarse")
    assert geometry.glb
    assert geometry.usd
    crate = store.get(geometry.usd.key)
    return {
        "step": [step.read_bytes()],
        "glb": [store.get(geometry.glb.key)],
        "usd": [USDA, crate, packed("scene.usda", USDA), packed("scene.usdc", crate)],
    }
