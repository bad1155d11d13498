"""What came of a CAD file: counted in the result, compared with the source, and damage told from oddity."""

from dataclasses import asdict

from media.errors import BadInput
from media.geometry.children import DoneModel, sentence
from media.geometry.gltf import Gltf
from media.geometry.iges_text import IgesText
from media.geometry.placement import bounds, content
from media.geometry.report import GeometryReport
from media.geometry.step_text import StepText

UNITS = {
    "millimetre": "mm",
    "centimetre": "cm",
    "metre": "m",
    "micrometre": "µm",
    "inch": "inch",
    "foot": "foot",
    "in": "inch",  # IGES has its own names
    "ft": "foot",
    "um": "µm",
}


class Tessellated(DoneModel):
    """What the CAD kernel found; see `media.geometry.occt.Counts`."""

    parts: int
    faces: int
    faces_without_triangles: int
    check_fails: int
    unit: str
    missing_files: tuple[str, ...]


def report_on_cad(counts: Tessellated, text: StepText | IgesText, gltf: Gltf, name: str) -> GeometryReport:
    """Say what came of the file, from the GLB itself where it can tell.

    Raises:
        BadInput: The file is damaged and part of its geometry is lost.
    """
    low, high = bounds(gltf)
    shown = content(gltf)
    empty_parts = counts.parts - shown.parts
    if isinstance(text, StepText):  # IGES exporters are so sloppy that failed checks tell nothing
        refuse_damage(counts, text, empty_parts, name)
    return GeometryReport(
        route="usd-made",
        why=f"{text.form} was tessellated by OCCT and written as GLB and USD.",
        **asdict(shown),
        faces=counts.faces,
        faces_without_triangles=counts.faces_without_triangles,
        bounds_min=tuple(low.tolist()),
        bounds_max=tuple(high.tolist()),
        unit=", ".join(UNITS.get(unit.lower(), unit.lower()) for unit in counts.unit.split(", ")),
        missing_external_references=counts.missing_files,
        warnings=tuple(_warnings(counts, text, empty_parts)),
    )


def refuse_damage(counts: Tessellated, text: StepText, empty_parts: int, name: str) -> None:
    """Refuse a file of which geometry is surely lost.

    Lost faces alone are no proof: files hold construction geometry that is not transferred. Nor is a failed
    check: exporters are sloppy. Measured on a sound file with one to three bits or one line changed, OCCT
    dropped whole parts with no check failing; together with faces missing from the result, parts without
    any are damage. So are failed checks together with faces that are missing or have no triangles.

    Raises:
        BadInput: It is damaged.
    """
    lost = text.faces - counts.faces
    failed = counts.check_fails > 0 and (lost > 0 or counts.faces_without_triangles > 0)
    emptied = empty_parts > 0 and lost > 0
    if counts.missing_files or not (failed or emptied):
        return
    whole = counts.faces - counts.faces_without_triangles
    raise BadInput(
        f"{name}: expected the {text.faces} faces that its text defines, found {whole} usable ones, "
        f"{empty_parts} empty parts and {counts.check_fails} entities that fail the STEP reader's check: "
        "the file is damaged; export or upload it again"
    )


def _warnings(counts: Tessellated, text: StepText | IgesText, empty_parts: int) -> list[str]:
    """Say what a user should look at, one sentence each."""
    lost = text.faces - counts.faces
    found = []
    if counts.check_fails:
        reader = f"the {text.form.split()[0]} reader's check"
        found.append(f"{counts.check_fails} entities fail {reader}; the file may be damaged.")
    if lost > 0:
        found.append(f"{lost} of {text.faces} faces that the file defines were not read.")
    if counts.faces_without_triangles:
        found.append(f"{counts.faces_without_triangles} of {counts.faces} faces got no triangles.")
    if counts.missing_files:
        found.append(
            f"Parts in other files were not read: {sentence(counts.missing_files)}; "
            "export the assembly as one file."
        )
    if empty_parts:
        found.append(f"{empty_parts} of {counts.parts} placed parts have nothing to show.")
    return found
