"""Give people their files: out of the store, under human names."""

from pathlib import Path

from media.errors import BadInput
from media.manifest import Manifest, manifest_key
from media.store import ObjectStore


def export(job: str, store: ObjectStore, folder: Path) -> list[Path]:
    """Copy the outputs of a finished job into `folder` and return their paths.

    Raises:
        BadInput: No such job is finished.
    """
    key = manifest_key(job)
    if store.stat(key) is None:
        raise BadInput(f"{job}: expected the digest of a finished job, found no manifest of it in this store")
    manifest = Manifest.model_validate_json(store.get(key))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for output in manifest.content.outputs:
        path = folder / output.download_name
        store.fetch(output.asset.key, path)
        paths.append(path)
    return paths
