"""What a finished job leaves in a store, without having been made: every kind of object, under our names."""

import hashlib
from dataclasses import dataclass
from typing import Any

from media.asset import Asset
from media.digest import digest_of
from media.manifest import Content, FrameEntry, Manifest, Output, Record, manifest_key
from media.scene import Scene
from media.store import ObjectStore
from media.store.keys import Kind, frame_name, key_for


def asset(kind: Kind, name: str, data: bytes) -> Asset:
    """Return a file under the digest of its bytes."""
    sha256 = hashlib.sha256(data).hexdigest()
    key = key_for(kind, sha256, name)
    return Asset(uri=f"file:///{key}", sha256=sha256, size=len(data), media_type="x/y", key=key)


@dataclass(frozen=True)
class StoredJob:
    """One job; two with the same word share the objects that the word names."""

    job: str
    source: str = "source"
    geometry: str = "geometry"
    scene: str = "scene"
    render: str = "render"
    frames: int = 2

    @property
    def result(self) -> str:
        """The job's digest."""
        words = f"{self.job} {self.source} {self.geometry} {self.scene} {self.render} {self.frames}"
        return digest_of({"stage": "job", "words": words})

    def put(self, store: ObjectStore, *, manifest: bool = True) -> None:
        """Store everything, the manifest last if at all."""
        for key, data in self.objects().items():
            store.put(key, data)
        if manifest:
            store.put(manifest_key(self.result), self.manifest())

    def objects(self) -> dict[str, bytes]:
        """Return all that the manifest promises or was made of."""
        geometry, scene, render = (
            digest_of({"stage": stage, "word": getattr(self, stage)})
            for stage in ("geometry", "scene", "render")
        )
        mesh, saved, source = f"mesh {self.geometry}".encode(), f"scene {self.scene}".encode(), self._source()
        glb = asset("geometry", "model.glb", mesh)
        blend = asset("scenes", "scene.blend", saved)
        report = f'{{"digest": "{geometry}", "glb": {glb.model_dump_json()}}}'
        files: dict[str, bytes] = {
            asset("sources", "source", source).key: source,
            glb.key: mesh,
            key_for("geometry", geometry, "report.json"): report.encode(),
            blend.key: saved,
            key_for("scenes", scene, "scene.json"): Scene(digest=scene, asset=blend, import_seconds=0)
            .model_dump_json()
            .encode(),
            self._still().key: f"still {self.job}".encode(),
        }
        for number in range(1, self.frames + 1):
            picture = f"{self.render} {number}".encode()
            sha256 = hashlib.sha256(picture).hexdigest()
            files[key_for("renders", render, frame_name(number, ".png"))] = picture
            files[key_for("renders", render, frame_name(number, f".{sha256[:16]}.json"))] = b"{}"
        files[key_for("renders", render, f"proof-000001-{self.frames:06d}-0a1b2c3d.json")] = b"{}"
        return files

    def manifest(self) -> bytes:
        """Return the manifest as it is stored."""
        objects = self.objects()
        frames = (key for key in objects if key.startswith("renders/") and key.endswith(".png"))
        entries = [
            FrameEntry(
                number=number,
                key=key,
                sha256=hashlib.sha256(objects[key]).hexdigest(),
                size=len(objects[key]),
            )
            for number, key in enumerate(frames, 1)
        ]
        said: dict[str, Any] = {
            name: digest_of({"stage": name, "word": getattr(self, name)})
            for name in ("geometry", "scene", "render")
        }
        record = Record(
            source="part.step",
            source_sha256=hashlib.sha256(self._source()).hexdigest(),
            asked={},
            route="glb",
            route_why="",
            **said,
        )
        output = Output(role="still", asset=self._still(), download_name="part.png")
        content = Content(job=self.result, noun="still", outputs=(output,), frames=tuple(entries))
        return Manifest(content=content, record=record).model_dump_json(by_alias=True).encode()

    def _still(self) -> Asset:
        return asset("stills", "still.png", f"still {self.job}".encode())

    def _source(self) -> bytes:
        return f"source {self.source}".encode()
