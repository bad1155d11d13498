"""How many prims a USD scene will have, before it is composed.

References that double each other make 2^n prims of n lines, and composing them is what takes the time. Here
the layers are walked with every subtree counted once, so the time goes by the lines.
"""

from pathlib import Path

from pxr import Sdf

from media.geometry.usd_references import Refused

Key = tuple[str, Sdf.Path]


def prims_at_most(path: Path) -> int:
    """Return a bound on the prims of a composed scene, those of instances counted at every place.

    Raises:
        Refused: It cannot be opened, or its layers refer to each other too deeply.
    """
    layer = Sdf.Layer.FindOrOpen(str(path))
    if layer is None:
        raise Refused("a layer that the USD reader cannot open")
    try:
        return _Counter().below(layer, Sdf.Path.absoluteRootPath)
    except RecursionError:
        raise Refused("prims or references that are nested too deeply") from None


class _Counter:
    """Counts prims by the layers' own words, and remembers what it has counted."""

    def __init__(self) -> None:
        self._counts: dict[Key, int] = {}
        self._stacks: dict[str, list[Sdf.Layer]] = {}

    def below(self, layer: Sdf.Layer, path: Sdf.Path) -> int:
        """Return the prims at and below `path` in a layer with its sublayers."""
        key = (layer.identifier, path)
        if key not in self._counts:
            self._counts[key] = 0  # what leads back to itself adds nothing: composition refuses it
            self._counts[key] = self._count(layer, path)
        return self._counts[key]

    def _count(self, layer: Sdf.Layer, path: Sdf.Path) -> int:
        total, children = 1, set()
        for each in self._stack(layer):
            spec = each.pseudoRoot if path == Sdf.Path.absoluteRootPath else each.GetPrimAtPath(path)
            if spec is None:
                continue
            children |= set(spec.nameChildren.keys())
            if path != Sdf.Path.absoluteRootPath:
                total += self._arcs(layer, each, spec)
        return total + sum(self.below(layer, path.AppendChild(child)) for child in children)

    def _stack(self, layer: Sdf.Layer) -> list[Sdf.Layer]:
        """Return a layer and its sublayers."""
        if layer.identifier not in self._stacks:
            found, pending = {}, [layer]
            while pending:
                each = pending.pop()
                if each.identifier in found:
                    continue
                found[each.identifier] = each
                below = [Sdf.Layer.FindOrOpenRelativeToLayer(each, path) for path in each.subLayerPaths]
                pending += [sublayer for sublayer in below if sublayer]
            self._stacks[layer.identifier] = list(found.values())
        return self._stacks[layer.identifier]

    def _arcs(self, root: Sdf.Layer, layer: Sdf.Layer, spec: Sdf.PrimSpec) -> int:
        """Return the prims that a prim's references, payloads, bases and variants bring."""
        total = 0
        outer = [
            *_items(spec.hasReferences, spec, "referenceList"),
            *_items(spec.hasPayloads, spec, "payloadList"),
        ]
        for arc in outer:
            target = Sdf.Layer.FindOrOpenRelativeToLayer(layer, arc.assetPath) if arc.assetPath else root
            path = arc.primPath or _default_of(target)
            total += self.below(target, path) if target and path else 0
        bases = [
            *_items(spec.hasInheritPaths, spec, "inheritPathList"),
            *_items(spec.hasSpecializes, spec, "specializesList"),
        ]
        total += sum(self.below(root, base) for base in bases)
        for variants in spec.variantSets.values():
            total += max(
                (self.below(root, variant.primSpec.path) for variant in variants.variants.values()), default=0
            )
        return total


def _items(there: bool, spec: Sdf.PrimSpec, list_name: str) -> list[Sdf.Reference | Sdf.Path]:  # noqa: FBT001 - pxr's flags
    return list(getattr(spec, list_name).GetAddedOrExplicitItems()) if there else []


def _default_of(layer: Sdf.Layer | None) -> Sdf.Path | None:
    if layer is None or not layer.defaultPrim:
        return None
    return Sdf.Path.absoluteRootPath.AppendPath(layer.defaultPrim)
