"""A model of several files as the one file that later stages read."""

from media.bundle import unpacked
from media.companions import companions
from media.geometry.gltf_files import pack_gltf
from media.geometry.model_file import ModelFile
from media.geometry.usd_files import pack_usd
from media.kind import Kind, kind_of_file


def as_one_file(file: ModelFile) -> ModelFile:
    """Return what a source comes down to; a file that stands alone is returned as it is.

    A bundle is unpacked below the source's folder. A glTF becomes a GLB, a USD scene from one a USDZ. Any
    other main file is returned where it was unpacked: an OBJ among its materials, the rest by themselves.

    Raises:
        BadInput: The bundle or what it refers to cannot be used; the sentence says why.
        OutOfResources, TimedOut, ToolFailed: A child that reads glTF or USD layers was stopped or broke.
    """
    folder = file.root
    if file.kind is Kind.ZIP:
        file = _main_of(file)
    if file.kind is Kind.GLTF:
        pack_gltf(file.path, file.root, folder / "packed.glb", file.name)
        return ModelFile(folder / "packed.glb", file.name, Kind.GLB, folder)
    if file.kind in {Kind.USDA, Kind.USDC} and file.root != folder:
        needed = companions(file.path, file.kind, file.root, file.name, folder)
        pack_usd(file.path, needed, file.root, folder / "packed.usdz", file.name)
        return ModelFile(folder / "packed.usdz", file.name, Kind.USDZ, folder)
    return file


def _main_of(bundle: ModelFile) -> ModelFile:
    folder = bundle.root / "bundle"
    main = unpacked(bundle.path, folder, bundle.name)
    files = folder / "files"
    return ModelFile(
        main,
        bundle.name,
        kind_of_file(main, bundle.name),
        root=files if main.is_relative_to(files) else folder,
    )
