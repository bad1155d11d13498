"""Convert STEP to GLB with OCCT's own writer, as one would without this project: the side to beat.

python benchmarks/occt_glb.py in.step out.glb deflection angle
"""

import sys
from pathlib import Path

from media.geometry.occt import diagonal, read_step, tessellate, write
from media.geometry.occt_counts import Counts
from media.geometry.occt_parts import leaves


def main(argv: list[str]) -> None:
    """Convert `argv[1]` to `argv[2]`, as finely as our own geometry is."""
    source, target, deflection, angle = Path(argv[1]), Path(argv[2]), float(argv[3]), float(argv[4])
    counts = Counts()
    document = read_step(source, counts)
    shapes = leaves(document, counts)
    whole = diagonal(shapes)
    for shape in shapes:
        tessellate(shape, whole, deflection, angle, counts)
    write(document, target, "z")


if __name__ == "__main__":
    main(sys.argv)
