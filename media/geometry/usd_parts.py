"""Which meshes and shapes of a composed USD stage are drawn, and where each of them stands.

What Blender's import draws is counted, and nothing else. Scene-graph instances and point instancers place
the same prims many times: a subtree is walked once with all its places.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from pxr import Sdf, Usd, UsdGeom

from media.geometry.usd_references import Refused
from media.geometry.usd_shapes import TIME, Part, Points, measured

MAX_PRIMS = 1_000_000  # a few kilobytes that double each other can ask for any number
MAX_POINTS = 100_000_000
CHUNK = 1_000_000
DEFINED = Usd.TraverseInstanceProxies()
# What a point instancer draws may be an `over` that nothing else sees.
DEFINED_OR_NOT = Usd.TraverseInstanceProxies(Usd.PrimIsActive & Usd.PrimIsLoaded & ~Usd.PrimIsAbstract)
Array = npt.NDArray[np.float64]
Places = list[tuple[Usd.Prim, Array, object]]  # a prim, its places (n, 4, 4), which of its children count


class Placement:
    """What a stage shows, in its own units.

    Attributes:
        parts, triangles: How many are placed.
        bounds: Least and greatest corner (2, 3); exact up to a hundred million placed points, and around the
            boxes of the parts beyond that. A shape counts as its box.
        left_out: Types of prims that have a surface and are not drawn.
    """

    def __init__(self, stage: Usd.Stage) -> None:
        """Walk the stage. Raises `Refused` if it holds too much."""
        self.parts = self.triangles = 0
        self.bounds = np.array([[np.inf] * 3, [-np.inf] * 3])
        self.left_out: set[str] = set()
        self._found: dict[Sdf.Path, Part] = {}
        self._points = self._placed_points = 0
        self._transforms = UsdGeom.XformCache(TIME)
        self._prototypes = _point_prototypes(stage)
        pending: Places = [(stage.GetPseudoRoot(), np.eye(4)[np.newaxis], DEFINED)]
        visited = 0
        while pending:
            pending += self._visit(*pending.pop())
            visited += 1
            if visited + len(pending) > MAX_PRIMS or self.parts > MAX_PRIMS:
                raise Refused(f"more than {MAX_PRIMS} prims")

    @property
    def distinct(self) -> list[Part]:
        """The different parts, in the order of the scene."""
        return [part for part in self._found.values() if part.triangles]

    def _visit(self, prim: Usd.Prim, places: Array, kinds: object) -> Places:
        """Count a prim at all its places; returns what is below it, the last first."""
        if is_hidden(prim):
            return []
        if prim.IsA(UsdGeom.Xformable):
            own, starts_anew = self._transforms.GetLocalTransformation(prim)
            places = np.array(own) @ (np.broadcast_to(np.eye(4), places.shape) if starts_anew else places)
        if prim.IsA(UsdGeom.PointInstancer):
            below = list(_instances(UsdGeom.PointInstancer(prim), places))
        else:
            below = []
            self._count(prim, places)
        children = prim.GetFilteredChildren(kinds)
        below += [(child, places, kinds) for child in children if child.GetPath() not in self._prototypes]
        return below[::-1]

    def _count(self, prim: Usd.Prim, places: Array) -> None:
        """Count a prim if it is drawn; an instance stands for what is below it."""
        if prim.IsInstance() or not prim.IsA(UsdGeom.Gprim):
            return
        path = (prim.GetPrimInPrototype() if prim.IsInstanceProxy() else prim).GetPath()
        if path not in self._found:
            self._found[path] = self._measured(prim)
        part = self._found[path]
        if not part.triangles:
            return
        self.parts += len(places)
        self.triangles += part.triangles * len(places)
        self._placed_points += len(part.points) * len(places)
        self._widen(part.points if self._placed_points <= MAX_POINTS else part.corners, places)

    def _measured(self, prim: Usd.Prim) -> Part:
        part = measured(prim)
        if part is None:
            self.left_out.add(prim.GetTypeName())
            return Part(prim, 0)
        self._points += len(part.points)
        if self._points > MAX_POINTS:
            raise Refused(f"more than {MAX_POINTS} points")
        return part

    def _widen(self, points: Points, places: Array) -> None:
        """Widen the bounds to points (n, 3) at places (m, 4, 4)."""
        some = max(1, CHUNK // len(points))
        for first in range(0, len(places), some):
            matrices = places[first : first + some]
            placed = points @ matrices[:, :3, :3] + matrices[:, 3:, :3]
            self.bounds[0] = np.minimum(self.bounds[0], placed.min(axis=(0, 1)))
            self.bounds[1] = np.maximum(self.bounds[1], placed.max(axis=(0, 1)))


def is_hidden(prim: Usd.Prim) -> bool:
    """Say whether a prim hides itself and all below it: as invisible, a guide or a proxy."""
    imageable = UsdGeom.Imageable(prim)
    if not imageable:
        return False
    if imageable.GetPurposeAttr().Get() in {UsdGeom.Tokens.guide, UsdGeom.Tokens.proxy}:
        return True
    return bool(imageable.GetVisibilityAttr().Get(TIME) == UsdGeom.Tokens.invisible)


def _point_prototypes(stage: Usd.Stage) -> set[Sdf.Path]:
    """Return the prims that point instancers place; they are drawn nowhere else."""
    found: set[Sdf.Path] = set()
    for number, prim in enumerate(Usd.PrimRange.Stage(stage, DEFINED)):
        if number >= MAX_PRIMS:
            raise Refused(f"more than {MAX_PRIMS} prims")
        if prim.IsA(UsdGeom.PointInstancer) and not is_hidden(prim):
            found |= set(UsdGeom.PointInstancer(prim).GetPrototypesRel().GetTargets())
    return found


def _instances(instancer: UsdGeom.PointInstancer, places: Array) -> Iterator[tuple[Usd.Prim, Array, object]]:
    """Yield each prototype of a point instancer with the places that it gets at each place of its own."""
    samples = instancer.GetPositionsAttr().GetTimeSamples()
    time = Usd.TimeCode(samples[0]) if samples else Usd.TimeCode.Default()  # at a sample, nothing has moved
    numbers = np.array(instancer.GetProtoIndicesAttr().Get(time) or [], dtype=int)
    if len(numbers) * len(places) > MAX_PRIMS:
        raise Refused(f"more than {MAX_PRIMS} prims")
    whole = (UsdGeom.PointInstancer.ExcludeProtoXform, UsdGeom.PointInstancer.IgnoreMask)
    transforms = np.array(instancer.ComputeInstanceTransformsAtTime(time, time, *whole)).reshape(-1, 4, 4)
    mask = np.array(instancer.ComputeMaskAtTime(time) or np.ones(len(numbers)), dtype=bool)
    if not len(numbers) == len(transforms) == len(mask):
        return
    numbers = np.where(mask, numbers, -1)
    order = np.argsort(numbers, kind="stable")
    targets = instancer.GetPrototypesRel().GetTargets()
    ends = np.searchsorted(numbers[order], np.arange(len(targets) + 1))
    for number, target in enumerate(targets):
        chosen = transforms[order[ends[number] : ends[number + 1]]]
        prim = instancer.GetPrim().GetStage().GetPrimAtPath(target)
        if prim and len(chosen):
            yield prim, (chosen[:, np.newaxis] @ places).reshape(-1, 4, 4), DEFINED_OR_NOT
