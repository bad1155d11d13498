"""What every mesh must hold to, whatever it was read from: something to show, and not too much."""

from media.geometry.gltf_caps import MAX_INDICES, MAX_PICTURES, MAX_VERTICES
from media.geometry.mesh_model import MOST_PARTS, BadMesh, MeshModel, MeshPart, check_indices, check_points
from media.picture_header import header_of, too_many_pixels


def checked(model: MeshModel) -> MeshModel:
    """Return the model without empty parts. Raises `BadMesh` if it shows nothing or is out of bounds."""
    parts = tuple(part for part in model.parts if part.triangles)
    if not parts:
        raise BadMesh("no triangles")
    if len(parts) > MOST_PARTS:
        raise BadMesh(f"more than {MOST_PARTS} parts")
    for part in parts:
        check_points(part.points)
        for run in part.runs:
            check_indices(run.triangles, len(part.points))
    sound = MeshModel(parts, model.looks, model.missing, model.warnings)
    if found := _too_much(sound):
        raise BadMesh(found)
    return sound


def _too_much(model: MeshModel) -> str | None:
    """Say in words what is more than the check of the GLB that is written lets pass."""
    corners = 3 * sum(part.triangles for part in model.parts)
    vertices = sum(map(_vertices, model.parts))
    if vertices > MAX_VERTICES:
        return f"{vertices} vertices (at most {MAX_VERTICES})"
    if corners > MAX_INDICES:
        return f"{corners} corners of triangles (at most {MAX_INDICES})"
    pictures = {look.picture for look in model.looks if look.picture}
    if len(pictures) > MAX_PICTURES:
        return f"{len(pictures)} pictures (at most {MAX_PICTURES})"
    return too_many_pixels([header for header in map(header_of, pictures) if header])


def _vertices(part: MeshPart) -> int:
    """Return how many vertices its runs use; no more than it has, or than they have corners."""
    return sum(min(len(part.points), 3 * len(run.triangles)) for run in part.runs)
