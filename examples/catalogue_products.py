"""Write an example catalogue: `python examples/catalogue_products.py FOLDER`, 30 STEP files and orders.yaml.

With `--changed`, one product has another colour and one another shape, and nothing else differs.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bearing import Assembly, same_addresses_every_time, write_assembly
from bearing_parts import BLUE_PAINT, STEEL, ZINC, Rgb
from catalogue_parts import angle_bracket, deep_groove_bearing, flanged_housing, spur_gear

RED: Rgb = (0.45, 0.05, 0.05)
GREEN: Rgb = (0.06, 0.26, 0.16)
YELLOW: Rgb = (0.78, 0.50, 0.04)
GRAPHITE: Rgb = (0.16, 0.17, 0.18)
BEARINGS = [
    (10, 26, 8),
    (12, 28, 8),
    (15, 32, 9),
    (17, 40, 12),
    (20, 47, 14),
    (25, 52, 15),
    (30, 62, 16),
    (40, 80, 18),
]
GEARS = [(14, 2.0), (18, 2.0), (22, 2.5), (27, 2.0), (32, 2.5), (38, 2.0), (45, 1.5), (52, 1.5)]
BRACKETS = [
    (40, 30, 3, ZINC),
    (50, 40, 4, STEEL),
    (60, 40, 4, GRAPHITE),
    (60, 60, 5, BLUE_PAINT),
    (80, 50, 5, RED),
    (90, 70, 6, GREEN),
    (100, 60, 6, YELLOW),
]
HOUSINGS = [
    (10, 60, 20, BLUE_PAINT),
    (12, 70, 24, GREEN),
    (15, 80, 28, GRAPHITE),
    (18, 95, 30, BLUE_PAINT),
    (20, 100, 34, RED),
    (25, 120, 38, ZINC),
    (30, 140, 42, YELLOW),
]
RECOLOURED, RESHAPED = "GEAR-32", "BRK-60x40"
HEAD = """\
outputs:
  tile: {width: 320, height: 320, samples: 24, format: webp}
products:
"""
MATERIALS = "\n    materials: [{parts: gear, color: '#b5832a', metallic: 1, roughness: 0.3}]"


def products(*, changed: bool) -> dict[str, Callable[[], Assembly]]:
    """Return how each product is built, by its id."""
    made: dict[str, Callable[[], Assembly]] = {}
    for bore, outside, width in BEARINGS:
        made[f"BRG-{bore}x{outside}"] = partial(deep_groove_bearing, f"bearing {bore}", bore, outside, width)
    for teeth, module in GEARS:
        made[f"GEAR-{teeth}"] = partial(spur_gear, f"gear {teeth}", teeth, module, 8 * module)
    for leg, breadth, thick, colour in BRACKETS:
        name = f"BRK-{leg}x{breadth}"
        grown = leg + 15 if changed and name == RESHAPED else leg
        made[name] = partial(angle_bracket, f"bracket {leg}", grown, breadth, thick, colour)
    for bore, side, height, colour in HOUSINGS:
        made[f"HSG-{side}"] = partial(flanged_housing, f"housing {side}", bore, side, height, colour)
    return made


def write_catalogue(folder: Path, *, changed: bool = False) -> Path:
    """Write the products and the order list into a folder; returns the list's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for product, build in products(changed=changed).items():
        path = folder / f"{product}.step"
        if not path.exists() or (changed and product == RESHAPED):
            write_assembly(path, build())
        other = MATERIALS if changed and product == RECOLOURED else ""
        lines.append(f"  - product: {product}\n    source: {path.name}\n    outputs: [tile]{other}\n")
    orders = folder / "orders.yaml"
    orders.write_text(HEAD + "".join(lines), encoding="utf-8")
    return orders


def main() -> None:
    """Read the command line and write the files."""
    same_addresses_every_time()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--changed", action="store_true")
    given = parser.parse_args()
    print(write_catalogue(given.folder, changed=given.changed))


if __name__ == "__main__":
    main()
