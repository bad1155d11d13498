"""Names of the parts of a USD scene, as a person would call them."""

from pxr import Usd, UsdGeom

from media.geometry.usd_parts import DEFINED, is_hidden
from media.reference import shown


def name_of(part: Usd.Prim) -> str:
    """Return the name of a mesh or shape: that of the Xform around it if nothing else is in it, or its own.

    What somebody wrote to be displayed comes before the name that a path needs, and what all instances refer
    to before one of them: `Ball` before `Ball 22`.
    """
    parent = part.GetParent()
    holder = parent if parent.IsA(UsdGeom.Xform) and _holds_only(parent, part) else part
    names = (_shared_display_name(holder), holder.GetDisplayName(), part.GetDisplayName(), holder.GetName())
    return shown(next(name for name in names if name))


def _holds_only(holder: Usd.Prim, part: Usd.Prim) -> bool:
    """Say whether a part is all that can be seen of what is below a prim."""
    below = iter(Usd.PrimRange(holder, DEFINED))
    for prim in below:
        if is_hidden(prim):
            below.PruneChildren()
        elif prim != part and (prim.IsA(UsdGeom.Gprim) or prim.IsA(UsdGeom.PointInstancer)):
            return False
    return True


def _shared_display_name(holder: Usd.Prim) -> str:
    """Return the display name of what an instance refers to, if it has one."""
    if not holder.IsInstance():
        return ""
    others = [spec for spec in holder.GetPrimStack() if spec.path != holder.GetPath()]
    return next((spec.GetInfo("displayName") for spec in others if spec.HasInfo("displayName")), "")
