"""Every damaged or foreign STEP file is one sentence of BadInput, or is said to be odd."""

import gzip
import random
import re
from pathlib import Path

import pytest

from media.errors import BadInput
from media.geometry.step_report import Tessellated, refuse_damage
from media.geometry.step_text import StepText, read_step_text, unpack

HEADER_ONLY = b"""ISO-10303-21;
HEADER;
FILE_DESCRIPTION(('nothing'),'2;1');
FILE_NAME('nothing','2025-01-01T00:00:00',(''),(''),'','','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));
ENDSEC;
DATA;
ENDSEC;
END-ISO-10303-21;
"""
SOUND = Tessellated(
    parts=2,
    faces=6,
    faces_without_triangles=0,
    check_fails=0,
    unit="millimetre",
    missing_files=(),
)
SIX_FACES = StepText(schema="AUTOMOTIVE_DESIGN", faces=6)


def refused(prepare, path: Path, data: bytes) -> str:
    """Prepare a file that holds `data`; returns the one sentence it is refused with."""
    path.write_bytes(data)
    with pytest.raises(BadInput) as refusal:
        prepare(path)
    sentence = str(refusal.value)
    assert sentence.startswith(f"{path.name}: expected ")
    assert "found" in sentence
    assert "\n" not in sentence
    return sentence


def flipped(data: bytes, flips: int, seed: int) -> bytes:
    """Flip single bits in the data section."""
    rng, damaged = random.Random(seed), bytearray(data)  # noqa: S311 - damage, not secrets
    for _ in range(flips):
        damaged[rng.randrange(data.index(b"DATA;"), len(data) - 40)] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def test_empty_file_is_refused(prepare, tmp_path):
    assert "found an empty file" in refused(prepare, tmp_path / "part.step", b"")


def test_text_named_step_is_refused(prepare, tmp_path):
    assert "found text beginning with" in refused(prepare, tmp_path / "part.step", b"Dear Sirs,\nenclosed")


def test_header_without_shapes_is_refused(prepare, tmp_path):
    assert "found no " in refused(prepare, tmp_path / "part.step", HEADER_ONLY)


def test_model_without_faces_is_refused(prepare, small_steps, tmp_path):
    data = (small_steps / "no_faces.step").read_bytes()
    assert "found no shapes" in refused(prepare, tmp_path / "part.step", data)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.999])
def test_truncated_file_is_refused_before_the_kernel_sees_it(share, prepare, small_steps, tmp_path):
    data = (small_steps / "pair.step").read_bytes()
    sentence = refused(prepare, tmp_path / "part.step", data[: int(len(data) * share)])
    assert "it was cut short" in sentence


def test_truncated_file_that_was_given_an_end_is_refused(prepare, small_steps, tmp_path):
    data = (small_steps / "pair.step").read_bytes()
    sentence = refused(
        prepare, tmp_path / "part.step", data[: len(data) // 2] + b"\nENDSEC;\nEND-ISO-10303-21;\n"
    )
    assert sentence.startswith("part.step: expected")


def test_ap209_is_refused_by_its_schema(prepare, tmp_path):
    data = HEADER_ONLY.replace(b"AUTOMOTIVE_DESIGN", b"AP209_MULTIDISCIPLINARY_ANALYSIS_AND_DESIGN_MIM_LF")
    assert "found an analysis model of schema AP209" in refused(prepare, tmp_path / "part.step", data)


def test_assembly_without_its_part_files_is_refused_with_their_names(prepare, small_steps, tmp_path):
    data = (small_steps / "scattered.step").read_bytes()
    sentence = refused(prepare, tmp_path / "scattered.step", data)
    assert "found an assembly in several files where one is needed" in sentence
    assert "part_Würfel.stp" in sentence
    assert "part_Stift Ø4.stp" in sentence


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret.stp", "C:\\parts\\a.stp", "file:///etc/passwd"])
def test_reference_that_leads_elsewhere_is_refused_unfollowed(target, small_steps, tmp_path):
    text = (small_steps / "scattered.step").read_text().replace("part_Würfel.stp", target)
    path = tmp_path / "root.step"
    path.write_text(text)

    with pytest.raises(BadInput, match="references to files beside it"):
        read_step_text(path, "root.step")


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("EXTERNAL_IDENTIFICATION_ASSIGNMENT('part_", "EXTERNAL_IDENTIFICATION_ASSIGNMENT('{folder}/part_"),
        ("('part_", " /* what a search of the text passes over */ ('{folder}/part_"),
    ],
    ids=["by_another_entity", "behind_a_comment"],
)
def test_reference_that_only_the_kernel_understands_is_refused_too(
    written, instead, prepare, small_steps, tmp_path
):
    text = (small_steps / "scattered.step").read_text()
    data = text.replace(written, instead.format(folder=small_steps)).encode()

    sentence = refused(prepare, tmp_path / "root.step", data)

    assert "found a reference to a file that is not beside it" in sentence
    assert "part_" in sentence


@pytest.mark.parametrize("name", ["source.step", "./source.step", "job.json"])
def test_reference_that_leads_back_is_refused(name, prepare, small_steps, tmp_path):
    text = (small_steps / "scattered.step").read_text().replace("part_Würfel.stp", name)

    sentence = refused(prepare, tmp_path / "root.step", text.encode())

    assert f"found a reference that leads back to the file itself ({name})" in sentence


def test_parts_in_other_files_are_said_not_to_be_read(prepare, small_steps, tmp_path):
    scattered, twins = ((small_steps / f"{name}.step").read_text() for name in ("scattered", "twins"))
    own = re.sub(r"#(\d+)", r"#1000\1", twins.split("DATA;")[1].split("ENDSEC;")[0])
    head, tail = scattered.rsplit("ENDSEC;", 1)
    path = tmp_path / "root.step"
    path.write_text(f"{head}{own}ENDSEC;{tail}")

    report = prepare(path).report

    assert report.part_names == ("Klotz",)
    files = "part_Stift Ø4.stp, part_Würfel.stp"
    said = f"Parts in other files were not read: {files}; export the assembly as one file."
    assert said in report.warnings


def doubled(twins: str, levels: int) -> bytes:
    """Put assemblies above that of `twins.step`, each of which places the one below it twice."""
    lines, child, shape = [], 5, 10  # OCCT numbers its root's definition and representation like this
    for level in range(levels):
        first = 10_000 + 20 * level
        product, form, definition, whole, representation = range(first, first + 5)
        lines += [
            f"#{product}=PRODUCT('{level}','{level}','',(#8));",
            f"#{form}=PRODUCT_DEFINITION_FORMATION('','',#{product});",
            f"#{definition}=PRODUCT_DEFINITION('design','',#{form},#9);",
            f"#{whole}=PRODUCT_DEFINITION_SHAPE('','',#{definition});",
            f"#{representation}=SHAPE_REPRESENTATION('',(#11,#15,#19),#23);",
            f"#{first + 5}=SHAPE_DEFINITION_REPRESENTATION(#{whole},#{representation});",
        ]
        for side, axis in ((first + 6, 15), (first + 11, 19)):
            lines += [
                f"#{side}=NEXT_ASSEMBLY_USAGE_OCCURRENCE('{side}','','',#{definition},#{child},$);",
                f"#{side + 1}=PRODUCT_DEFINITION_SHAPE('','',#{side});",
                f"#{side + 2}=ITEM_DEFINED_TRANSFORMATION('','',#11,#{axis});",
                f"#{side + 3}=(REPRESENTATION_RELATIONSHIP('','',#{shape},#{representation})",
                f"REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION(#{side + 2})",
                "SHAPE_REPRESENTATION_RELATIONSHIP());",
                f"#{side + 4}=CONTEXT_DEPENDENT_SHAPE_REPRESENTATION(#{side + 3},#{side + 1});",
            ]
        child, shape = definition, representation
    head, tail = twins.rsplit("ENDSEC;", 1)
    return (head + "\n".join(lines) + "\nENDSEC;" + tail).encode()


def mapped(twins: str, levels: int) -> bytes:
    """Add a product to `twins.step` whose representation maps another twice, and so on down to the cube's."""
    shape = int(re.findall(r"#(\d+) = ADVANCED_BREP_SHAPE_REPRESENTATION", twins)[0])
    lines = []
    for first in range(10_000, 10_000 + 4 * levels, 4):
        lines += [
            f"#{first}=REPRESENTATION_MAP(#11,#{shape});",
            f"#{first + 1}=MAPPED_ITEM('',#{first},#15);",
            f"#{first + 2}=MAPPED_ITEM('',#{first},#19);",
            f"#{first + 3}=SHAPE_REPRESENTATION('',(#{first + 1},#{first + 2},#11),#23);",
        ]
        shape = first + 3
    lines += [
        "#9000=PRODUCT('m','m','',(#8));",
        "#9001=PRODUCT_DEFINITION_FORMATION('','',#9000);",
        "#9002=PRODUCT_DEFINITION('design','',#9001,#9);",
        "#9003=PRODUCT_DEFINITION_SHAPE('','',#9002);",
        f"#9004=SHAPE_DEFINITION_REPRESENTATION(#9003,#{shape});",
    ]
    head, tail = twins.rsplit("ENDSEC;", 1)
    return (head + "\n".join(lines) + "\nENDSEC;" + tail).encode()


@pytest.mark.parametrize(("made", "parts"), [(doubled, 16), (mapped, 10)], ids=["assemblies", "mapped_items"])
def test_assemblies_that_place_each_other_are_counted_once(made, parts, prepare, small_steps, tmp_path):
    path = tmp_path / "part.step"
    path.write_bytes(made((small_steps / "twins.step").read_text(), 3))

    report = prepare(path).report

    assert (report.parts, report.distinct_parts) == (parts, 1)


@pytest.mark.parametrize("made", [doubled, mapped], ids=["assemblies", "mapped_items"])
def test_assemblies_that_double_each_other_are_refused(made, prepare, small_steps, tmp_path):
    data = made((small_steps / "twins.step").read_text(), 48)

    sentence = refused(prepare, tmp_path / "part.step", data)

    assert "found assemblies that place more than 1000000 parts" in sentence


def test_file_that_kills_the_kernel_twice_is_refused(prepare, small_steps, tmp_path):
    data = (small_steps / "pair.step").read_bytes()
    sentences = []
    for seed in range(12):  # most damage of this kind is deadly; which seeds, depends on the file's bytes
        sentences.append(refused(prepare, tmp_path / "part.step", flipped(data, 40, seed)))
        if "died of twice" in sentences[-1]:
            assert "SIGSEGV" in sentences[-1]
            return
    pytest.fail(f"no damage killed the kernel: {sentences}")


def test_damaged_gzip_is_refused(prepare, small_steps, tmp_path):
    packed = gzip.compress((small_steps / "pair.step").read_bytes())
    assert "whole gzip file" in refused(prepare, tmp_path / "part.stpz", packed[: len(packed) // 2])


def test_gzip_bomb_is_refused_without_unpacking_it_all(tmp_path):
    bomb = tmp_path / "bomb.stpz"
    bomb.write_bytes(gzip.compress(b"ISO-10303-21;\n" + b" " * 60_000_000, compresslevel=1))

    with pytest.raises(BadInput, match="found more"):
        unpack(bomb, tmp_path / "out", "bomb.stpz")

    assert (tmp_path / "out").stat().st_size <= 110 * bomb.stat().st_size


def test_sound_counts_are_no_damage():
    assert refuse_damage(SOUND, SIX_FACES, empty_parts=0, name="part.step") is None


@pytest.mark.parametrize(
    ("changes", "defined", "empty_parts"),
    [
        ({"faces": 5, "check_fails": 1}, 6, 0),
        ({"faces_without_triangles": 1, "check_fails": 1}, 6, 0),
        ({"faces": 5}, 6, 1),
    ],
    ids=["failed_check_and_lost_face", "failed_check_and_bare_face", "lost_face_and_empty_part"],
)
def test_geometry_that_is_surely_lost_is_damage(changes, defined, empty_parts):
    counts = SOUND.model_copy(update=changes)
    with pytest.raises(BadInput, match="the file is damaged"):
        refuse_damage(counts, StepText("X", defined), empty_parts, "part.step")


@pytest.mark.parametrize(
    ("changes", "defined", "empty_parts"),
    [({"check_fails": 3}, 6, 0), ({}, 9, 0), ({"faces_without_triangles": 1}, 6, 0), ({}, 6, 1)],
    ids=["failed_check", "construction_faces", "bare_face", "empty_part"],
)
def test_oddity_alone_is_no_damage(changes, defined, empty_parts):
    counts = SOUND.model_copy(update=changes)
    assert refuse_damage(counts, StepText("X", defined), empty_parts, "part.step") is None
