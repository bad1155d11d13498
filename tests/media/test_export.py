"""Outputs of a finished job in a folder of a person's: named, whole, and nowhere else."""

import errno
from hashlib import sha256

import pytest

from media.asset import Asset
from media.deliverables import name_for_people
from media.digest import digest_of, sha256_of_file
from media.errors import BadInput, OutOfResources
from media.export import ExportJob, export, export_job, job_named
from media.manifest import Content, FrameEntry, Manifest, Output, Record, manifest_key
from media.store import FolderStore
from media.store.keys import key_for
from media.store.protocol import Damaged

JOB = digest_of({"stage": "a test"})


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def finished(store: FolderStore, tmp_path, name: str = "part-still.png") -> Manifest:
    """Store a picture and a manifest that calls it `name`."""
    picture = tmp_path / "picture"
    picture.write_bytes(b"a picture")
    digest = sha256_of_file(picture)
    key = key_for("stills", digest, "still.png")
    store.put(key, picture)
    asset = Asset(uri=store.uri(key), sha256=digest, size=9, media_type="image/png", key=key)
    content = Content(job=JOB, noun="still", outputs=(Output(role="still", asset=asset, download_name=name),))
    record = Record(source="part", source_sha256=digest, asked={}, route="glb", route_why="", geometry="")
    manifest = Manifest(content=content, record=record)
    store.put(manifest_key(JOB), manifest.model_dump_json(by_alias=True).encode())
    return manifest


def test_outputs_are_written_under_names_for_people_and_nothing_else(store, tmp_path):
    finished(store, tmp_path)

    paths = export_job(ExportJob(result=JOB, folder=str(tmp_path / "a folder")), store, root=None)

    assert paths == [tmp_path / "a folder" / "part-still.png"]
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "a folder").iterdir()] == [
        ("part-still.png", b"a picture")
    ]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("models/valve.step", "valve-still.png"),
        ("https://example.com/a/valve%20body.stp", "valve-body-still.png"),
        ("/in/take #1?.mp4", "take-1-still.png"),
        ("in/take%20#2.mp4", "take-20-2-still.png"),
        ("file:///in/take%20%233.mp4", "take-3-still.png"),
        ("s3://parts/valve.step", "valve-still.png"),
        (f"store:{'ab' * 32}/valve.step", "valve-still.png"),
        ("", "part-still.png"),
    ],
)
def test_files_are_named_after_what_was_asked_for_though_it_was_found_under_another_name(
    store, tmp_path, asked, name
):
    finished(store, tmp_path)

    assert export(JOB, store, tmp_path / "out", asked) == [tmp_path / "out" / name]


@pytest.mark.parametrize(
    "form", ["{job}", "/data/my store/{key}", "file:///data/{key}", "s3://bucket/prefix/{key}", " {job}\n"]
)
def test_job_is_named_by_its_digest_or_by_where_its_manifest_lies(form):
    assert job_named(form.format(job=JOB, key=manifest_key(JOB))) == JOB


@pytest.mark.parametrize(
    "result", [JOB[:-1], JOB.upper(), f"{JOB}/../../etc/passwd", f"/renders/{JOB}", "x" * 64]
)
def test_what_names_no_job_is_refused(result):
    with pytest.raises(BadInput, match="expected the digest of a finished job"):
        job_named(result)


def test_job_that_is_not_finished_is_refused(store, tmp_path):
    with pytest.raises(BadInput, match="found no manifest of it in this store"):
        export_job(ExportJob(result=JOB, folder=str(tmp_path / "out")), store, root=None)


@pytest.mark.parametrize(
    "cut", [lambda data: data[:-9], lambda data: data.replace(b'"schema":1', b'"schema":2')]
)
def test_manifest_that_cannot_be_read_is_a_bad_input(store, tmp_path, cut):
    finished(store, tmp_path)
    store.put(manifest_key(JOB), cut(store.get(manifest_key(JOB))))

    with pytest.raises(BadInput, match="found it damaged or of another version"):
        export_job(ExportJob(result=JOB, folder=str(tmp_path / "out")), store, root=None)
    assert not (tmp_path / "out").exists()


def test_place_where_a_file_is_in_the_way_is_a_bad_input(store, tmp_path):
    finished(store, tmp_path)
    (tmp_path / "file").touch()

    with pytest.raises(BadInput, match="file: expected a place on disk that is open to this user"):
        export_job(ExportJob(result=JOB, folder=str(tmp_path / "file")), store, root=None)


def test_full_disk_is_no_bad_input(store, tmp_path, monkeypatch):
    finished(store, tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", refuse)
    with pytest.raises(OutOfResources, match="the disk is full"):
        export_job(ExportJob(result=JOB, folder=str(tmp_path / "out")), store, root=None)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("letter", ["x", "Ö", "軸", "\U00020000"])
def test_name_of_any_length_is_one_that_a_disk_takes(store, tmp_path, letter):
    name = name_for_people(f"{letter * 255}.step", "contact-sheet", ".webp", "turntable")
    finished(store, tmp_path, name)

    (path,) = export_job(ExportJob(result=JOB, folder=str(tmp_path / "out")), store, root=None)

    assert path.read_bytes() == b"a picture"
    assert path.name.startswith(letter * 30)
    assert path.name.endswith("-turntable-contact-sheet.webp")


@pytest.mark.parametrize(
    "folder", ["../elsewhere", "a/../../elsewhere", "{tmp}/elsewhere", "link", "link/deep"]
)
def test_folder_that_leads_out_of_the_allowed_one_is_refused(store, tmp_path, folder):
    finished(store, tmp_path)
    root = tmp_path / "exports"
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadInput, match="expected a folder below"):
        export_job(ExportJob(result=JOB, folder=folder.format(tmp=tmp_path)), store, root)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("folder", ["bearing", "a/b", "{root}/c", "."])
def test_folder_below_the_allowed_one_is_made_and_written(store, tmp_path, folder):
    finished(store, tmp_path)
    root = tmp_path / "exports"

    (path,) = export_job(ExportJob(result=JOB, folder=folder.format(root=root)), store, root)

    assert path.is_relative_to(root)
    assert path.read_bytes() == b"a picture"


@pytest.mark.parametrize("name", ["../part.png", "/etc/part.png", "a/part.png", "..", ".", "", "a\0b"])
def test_name_in_a_manifest_that_is_a_path_is_refused(store, tmp_path, name):
    finished(store, tmp_path, name)

    with pytest.raises(BadInput, match="expected a plain file name"):
        export_job(ExportJob(result=JOB, folder=str(tmp_path / "out" / "deep")), store, root=None)
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


def test_link_in_the_place_of_a_file_is_replaced_and_not_followed(store, tmp_path):
    finished(store, tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "out" / "part-still.png").symlink_to(tmp_path / "precious")

    export_job(ExportJob(result=JOB, folder=str(tmp_path / "out")), store, root=None)

    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (tmp_path / "out" / "part-still.png").read_bytes() == b"a picture"


def test_damaged_output_leaves_the_file_of_an_earlier_export_as_it_was(store, tmp_path):
    manifest = finished(store, tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "part-still.png").write_bytes(b"earlier")
    store.put(manifest.output("still").asset.key, b"A PICTURE")

    with pytest.raises(Damaged):
        export_job(ExportJob(result=JOB, folder=str(tmp_path / "out")), store, root=None)
    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [b"earlier"]


def animated(store: FolderStore, suffix: str, *, video: bool) -> None:
    """Store two frames, and a manifest of an animation of them."""
    frames = []
    for number in (7, 8):
        data, key = f"frame {number}".encode(), key_for("renders", JOB, f"{number:06d}{suffix}")
        store.put(key, data)
        frames.append(FrameEntry(number=number, key=key, sha256=sha256(data).hexdigest(), size=len(data)))
    outputs = []
    if video:
        key = key_for("videos", JOB, "video.mp4")
        store.put(key, b"a video")
        digest = sha256(b"a video").hexdigest()
        asset = Asset(uri="", sha256=digest, size=7, media_type="video/mp4", key=key)
        outputs.append(Output(role="video", asset=asset, download_name="shot-animation.mp4"))
    content = Content(job=JOB, noun="animation", outputs=tuple(outputs), frames=tuple(frames))
    record = Record(
        source="shot.blend", source_sha256=JOB, asked={}, route="blend", route_why="", geometry="", render=JOB
    )
    manifest = Manifest(content=content, record=record)
    store.put(manifest_key(JOB), manifest.model_dump_json(by_alias=True).encode())


@pytest.mark.parametrize(
    ("suffix", "video", "asked"), [(".png", True, True), (".png", False, False), (".exr", True, False)]
)
def test_frames_come_along_if_they_are_asked_for_or_more_than_a_video_s(
    store, tmp_path, suffix, video, asked
):
    animated(store, suffix, video=video)

    paths = export(JOB, store, tmp_path / "out", "take 3.blend", frames=asked)

    folder = tmp_path / "out" / "take-3-animation-frames"
    assert paths == [*([tmp_path / "out" / "take-3-animation.mp4"] if video else []), folder]
    assert sorted(path.name for path in folder.iterdir()) == [f"000007{suffix}", f"000008{suffix}"]
    assert (folder / f"000008{suffix}").read_bytes() == b"frame 8"


def test_frames_that_are_all_in_the_video_stay_in_the_store(store, tmp_path):
    animated(store, ".png", video=True)

    assert export(JOB, store, tmp_path) == [tmp_path / "shot-animation.mp4"]


@pytest.mark.parametrize("elsewhere", ["elsewhere", "not-there"])
def test_link_in_the_place_of_a_folder_of_frames_is_refused(store, tmp_path, elsewhere):
    animated(store, ".exr", video=False)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "shot-animation-frames").symlink_to(tmp_path / elsewhere)

    with pytest.raises(BadInput, match="found a link to elsewhere"):
        export(JOB, store, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (tmp_path / "not-there").exists()
