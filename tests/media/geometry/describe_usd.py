"""Write what a USD file says of itself as JSON, in a process of its own: `describe_usd.py FILE`."""

import json
import sys

from pxr import Usd, UsdGeom, UsdShade


def main(path: str) -> None:
    """Describe the stage and every prim that a prototype or an instance is."""
    stage = Usd.Stage.Open(path)
    meshes, materials = [], []
    instances = [
        {"name": prim.GetName(), "display": prim.GetDisplayName()}
        for prim in stage.Traverse()
        if prim.IsInstance()
    ]
    for prim in stage.TraverseAll():
        if prim.IsA(UsdGeom.Mesh):
            mesh = UsdGeom.Mesh(prim)
            subsets = [UsdGeom.Subset(child) for child in prim.GetAllChildren()]  # abstract, as all here
            meshes.append(
                {
                    "part": prim.GetParent().GetName(),
                    "display": prim.GetParent().GetDisplayName(),
                    "scheme": mesh.GetSubdivisionSchemeAttr().Get(),
                    "interpolation": mesh.GetNormalsInterpolation(),
                    "normals": len(mesh.GetNormalsAttr().Get()),
                    "points": len(mesh.GetPointsAttr().Get()),
                    "subsets": [len(subset.GetIndicesAttr().Get()) for subset in subsets],
                    "faces": len(mesh.GetFaceVertexCountsAttr().Get()),
                }
            )
        if prim.IsA(UsdShade.Shader):
            inputs = {i.GetBaseName(): i.Get() for i in UsdShade.Shader(prim).GetInputs()}
            colour = [round(channel, 4) for channel in inputs.pop("diffuseColor")]
            numbers = {key: round(value, 4) for key, value in inputs.items()}
            part = prim.GetPath().GetPrefixes()[1].name
            materials.append({"part": part, "colour": colour, **numbers})
    answer = {
        "up": UsdGeom.GetStageUpAxis(stage),
        "metres": UsdGeom.GetStageMetersPerUnit(stage),
        "default": str(stage.GetDefaultPrim().GetPath()),
        "instances": instances,
        "meshes": meshes,
        "materials": materials,
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
