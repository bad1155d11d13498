"""From a CAD file or scene to one GLB for the web, one USD master for rendering, and a report.

The names below are looked up when they are first used: this package's children start with `-m`, import the
package with it, and must not pay for what only the engine needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from media.geometry.prepare import geometry_digest, prepare_geometry
    from media.geometry.report import Geometry, GeometryReport, Tessellation

HOMES = {
    "geometry_digest": "prepare",
    "prepare_geometry": "prepare",
    "Geometry": "report",
    "GeometryReport": "report",
    "Tessellation": "report",
}
__all__ = ["Geometry", "GeometryReport", "Tessellation", "geometry_digest", "prepare_geometry"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
