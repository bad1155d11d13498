"""Give people their files: out of the store, under human names."""

from pathlib import Path

from media.errors import BadInput
from media.manifest import Manifest, manifest_key
from media.store import ObjectStore


def export(job: str, store: ObjectStore, folder: Path) -> list[Path]:
    """Copy the outputs of a finished job into `folder`, over files of the same names; returns their paths.

    Raises:
        BadInput: No such job is finished, or the folder cannot be written.
    """
    key = manifest_key(job)
    if store.stat(key) is None:
        raise BadInput(f"{job}: expected the digest of a finished job, found no manifest of it in this store")
    manifest = Manifest.model_validate_json(store.get(key))
    paths = [folder / output.download_name for output in manifest.content.outputs]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for output, path in zip(manifest.content.outputs, paths, strict=True):
            store.fetch(output.asset.key, path)
    except OSError as error:
        raise BadInput(f"{folder}: expected a folder to write into, found: {error.strerror}") from error
    return paths
