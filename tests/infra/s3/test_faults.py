"""What goes wrong between us and an S3, and what becomes of it."""

import base64
import hashlib
import itertools
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from infra.s3 import S3Store, make_client
from infra.s3.conditions import Conditions
from infra.s3.parts import PART
from media.errors import BadInput, OutOfResources, Retry, Unavailable
from media.store import AlreadyExists, Missing
from media.store.keys import key_for
from media.store.protocol import StoredWrong
from tests.fakes.s3 import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Fault
from tests.fakes.small_disk import on_a_small_disk

KEY = key_for("renders", "ab" * 32, "000001.png")
LARGE = bytes(range(256)) * (20 * 4096)
"""20 MiB: three parts."""
FOREVER = 99
ROOT = Path(__file__).parents[3]
CREDENTIALS = f"access_key_id={ACCESS_KEY_ID!r}, secret_access_key={SECRET_ACCESS_KEY!r}"
FETCH = """
import os, sys; sys.path.insert(0, {root!r})
from pathlib import Path
from infra.s3 import S3Account, S3Store, make_client
from media.errors import MediaError
try:
    S3Store({bucket!r}, "some/prefix", make_client({account!r})).fetch({key!r}, Path(sys.argv[1], "out"))
except MediaError as error:
    print(type(error).__name__)
print(os.listdir(sys.argv[1]))
"""


@pytest.fixture
def store(s3_store) -> S3Store:
    """A store that has been probed, so that the script begins with what a test does."""
    assert s3_store.capabilities().conditional_put
    return s3_store


@pytest.fixture
def large(tmp_path) -> Path:
    (tmp_path / "large").write_bytes(LARGE)
    return tmp_path / "large"


def unfinished(store: S3Store) -> list[str]:
    found = store._client.list_multipart_uploads(Bucket=store._bucket.name)
    return [upload["UploadId"] for upload in found.get("Uploads", [])]


def parts_of(store: S3Store, upload_id: str) -> list[object]:
    found = store._client.list_parts(**store._bucket.place(KEY), UploadId=upload_id)
    return list(found.get("Parts", []))


@pytest.mark.parametrize(
    "fault",
    [
        {"answer": (503, "SlowDown")},
        {"answer": (500, "InternalError")},
        {"answer": (409, "ConditionalRequestConflict")},
        {"answer": (429, "TooManyRequests")},
        {"answer": (400, "RequestTimeout")},
        {"drop": True},
        {"lose_reply": True},
        {"damage_upload": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("write_once", [True, False])
def test_put_outlives_what_passes(store, s3, fault, write_once):
    s3.forget()
    s3.befall(Fault("PutObject", **fault, times=3))

    stat = store.put(KEY, b"content", write_once=write_once)

    assert stat == store.stat(KEY)
    assert store.get(KEY) == b"content"
    assert s3.count()["PutObject"] in {2, 4}  # a lost reply needs one look, the rest outlasts the fault


def test_put_whose_reply_was_lost_loses_to_other_bytes(store, s3):
    """The first attempt never came through, another writer's did, the second is refused."""
    store.put(KEY, b"theirs", write_once=True)
    s3.befall(Fault("PutObject", drop=True))

    with pytest.raises(AlreadyExists):
        store.put(KEY, b"ours", write_once=True)
    assert store.get(KEY) == b"theirs"


def test_equal_bytes_of_another_writer_are_no_success_without_a_lost_reply(store):
    store.put(KEY, b"content", write_once=True)

    with pytest.raises(AlreadyExists):
        store.put(KEY, b"content", write_once=True)


def test_replacing_is_known_to_be_done_when_its_reply_was_lost(store, s3):
    first = store.put(KEY, b"first")
    s3.befall(Fault("PutObject", lose_reply=True))

    second = store.replace_if(KEY, b"second", first.etag)

    assert second == store.stat(KEY)
    assert store.get(KEY) == b"second"


def test_deleting_is_known_to_be_done_when_its_reply_was_lost(store, s3):
    stat = store.put(KEY, b"first")
    s3.befall(Fault("DeleteObject", lose_reply=True))

    assert store.delete_if(KEY, stat.etag)
    assert store.stat(KEY) is None


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize(
    "fault",
    [{"answer": (503, "SlowDown")}, {"drop": True}, {"answer": (409, "ConditionalRequestConflict")}],
    ids=str,
)
def test_upload_by_parts_outlives_what_passes(store, s3, large, operation, fault):
    s3.befall(Fault(operation, **fault, times=2))

    store.put(KEY, large, write_once=True)

    assert hashlib.sha256(store.get(KEY)).digest() == hashlib.sha256(LARGE).digest()
    assert unfinished(store) == []


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize("write_once", [True, False])
def test_upload_by_parts_outlives_lost_replies(store, s3, large, operation, write_once):
    s3.befall(Fault(operation, lose_reply=True, times=2))

    stat = store.put(KEY, large, write_once=write_once)

    assert stat == store.stat(KEY)
    assert unfinished(store) == []


@pytest.mark.parametrize("write_once", [True, False])
def test_upload_whose_name_was_lost_is_begun_anew_and_the_first_stays_empty(store, s3, large, write_once):
    """Nobody knows its name, so nobody can abort it; without parts there is nothing to be billed."""
    s3.befall(Fault("CreateMultipartUpload", lose_reply=True, times=2))

    stat = store.put(KEY, large, write_once=write_once)

    assert stat == store.stat(KEY)
    assert [parts_of(store, upload) for upload in unfinished(store)] == [[], []]


def test_upload_that_is_gone_because_it_was_completed_is_a_success(store, s3, large):
    """Amazon forgets an upload soon after it was completed; the second try finds no such upload."""
    s3.befall(
        Fault("CompleteMultipartUpload", lose_reply=True),
        Fault("CompleteMultipartUpload", answer=(404, "NoSuchUpload")),
    )

    assert store.put(KEY, large, write_once=True) == store.stat(KEY)


def test_upload_that_somebody_ended_is_said_to_be(store, s3, large):
    s3.befall(Fault("CompleteMultipartUpload", answer=(404, "NoSuchUpload"), times=FOREVER))

    with pytest.raises(Unavailable, match="ended by somebody else"):
        store.put(KEY, large)
    assert store.stat(KEY) is None
    assert unfinished(store) == []


@pytest.mark.parametrize("write_once", [True, False])
def test_upload_that_somebody_ended_while_parts_were_sent_is_said_to_be(store, s3, large, write_once):
    s3.befall(Fault("UploadPart", answer=(404, "NoSuchUpload"), times=FOREVER))

    with pytest.raises(Unavailable, match="ended by somebody else"):
        store.put(KEY, large, write_once=write_once)
    assert store.stat(KEY) is None
    assert unfinished(store) == []


def test_conflict_with_our_own_end_whose_reply_was_lost_is_a_success(store, s3, large):
    """The second try meets the first, which is still at work; the third finds the key taken, by us."""
    s3.befall(
        Fault("CompleteMultipartUpload", lose_reply=True),
        Fault("CompleteMultipartUpload", answer=(409, "ConditionalRequestConflict")),
    )

    assert store.put(KEY, large, write_once=True) == store.stat(KEY)
    assert unfinished(store) == []


def test_conflict_with_other_bytes_is_lost(store, s3, large):
    s3.befall(Fault("CompleteMultipartUpload", answer=(409, "ConditionalRequestConflict")))
    complete, tries = store._client.complete_multipart_upload, itertools.count(1)

    def overtaken(**terms: object) -> object:
        if next(tries) == 2:
            store._client.put_object(**store._bucket.place(KEY), Body=b"theirs")
        return complete(**terms)

    store._client.complete_multipart_upload = overtaken
    with pytest.raises(AlreadyExists):
        store.put(KEY, large, write_once=True)
    assert store.get(KEY) == b"theirs"
    assert unfinished(store) == []


def test_a_conflict_at_the_end_sends_all_parts_anew(store, s3, large):
    s3.forget()
    s3.befall(Fault("CompleteMultipartUpload", answer=(409, "ConditionalRequestConflict")))

    store.put(KEY, large, write_once=True)

    assert s3.count()["CreateMultipartUpload"] == 2
    assert s3.count()["UploadPart"] == 6
    assert s3.count()["GetObject"] == 0  # what S3 computed suffices


def test_upload_whose_reply_tells_the_checksum_is_not_looked_at_again(store, s3, large):
    """As Amazon's does, and moto's does not."""
    complete = store._client.complete_multipart_upload
    digests = b"".join(
        hashlib.sha256(LARGE[start : start + PART]).digest() for start in range(0, len(LARGE), PART)
    )
    said = base64.b64encode(hashlib.sha256(digests).digest()).decode() + "-3"
    store._client.complete_multipart_upload = lambda **terms: {**complete(**terms), "ChecksumSHA256": said}
    s3.forget()

    stat = store.put(KEY, large)

    assert s3.count() == {"CreateMultipartUpload": 1, "UploadPart": 3, "CompleteMultipartUpload": 1}
    assert stat == store.stat(KEY)


def test_part_that_was_damaged_on_its_way_is_sent_again(store, s3, large):
    s3.befall(Fault("UploadPart", damage_upload=True, after=1))

    store.put(KEY, large)

    assert store.get(KEY) == LARGE


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize("answer", [(500, "InternalError"), (403, "AccessDenied")])
def test_upload_that_fails_leaves_no_part_behind(store, s3, large, operation, answer):
    s3.befall(Fault(operation, answer=answer, times=FOREVER))

    with pytest.raises((Unavailable, BadInput), match=answer[1]):
        store.put(KEY, large)
    assert unfinished(store) == []
    assert store.stat(KEY) is None


def test_interrupted_upload_leaves_no_part_behind(store, monkeypatch, large):
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store._client, "complete_multipart_upload", interrupt)

    with pytest.raises(KeyboardInterrupt):
        store.put(KEY, large)
    assert unfinished(store) == []


def test_large_file_that_is_there_already_is_not_sent(store, s3, large):
    store.put(KEY, b"first")
    s3.forget()

    with pytest.raises(AlreadyExists):
        store.put(KEY, large, write_once=True)
    assert s3.count() == {"HeadObject": 1}


@pytest.mark.parametrize(
    "fault",
    [{"cut_at": 3}, {"damage_reply": True}, {"answer": (503, "SlowDown")}, {"drop": True}],
    ids=str,
)
def test_reading_outlives_what_passes(store, s3, tmp_path, fault):
    store.put(KEY, b"content")
    s3.befall(Fault("GetObject", **fault))
    assert store.get(KEY) == b"content"

    s3.befall(Fault("GetObject", **fault))
    store.fetch(KEY, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"content"


@pytest.mark.parametrize("fault", [{"cut_at": 3}, {"damage_reply": True}], ids=str)
def test_bytes_that_stay_wrong_are_said_to_be_and_no_file_is_left(store, s3, tmp_path, fault):
    store.put(KEY, b"content")
    s3.befall(Fault("GetObject", **fault, times=FOREVER))

    with pytest.raises(StoredWrong):
        store.get(KEY)
    with pytest.raises(StoredWrong):
        store.fetch(KEY, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_range_that_is_cut_is_read_again(store, s3):
    store.put(KEY, b"0123456789")
    s3.befall(Fault("GetObject", cut_at=1))

    assert store.get(KEY, 2, 5) == b"23456"


def test_large_file_is_fetched_by_ranges_of_one_object(store, tmp_path):
    """Others wrote it, so no digest is known, and it is replaced after a range of it was read."""
    place = store._bucket.place(KEY)
    store._client.put_object(**place, Body=LARGE)
    get, one_at_a_time, calls = store._client.get_object, threading.Lock(), itertools.count(1)

    def replace_before_the_second(**terms: object) -> object:
        with one_at_a_time:
            if next(calls) == 2:
                store._client.put_object(**place, Body=LARGE[::-1])
            return get(**terms)

    store._client.get_object = replace_before_the_second
    store.fetch(KEY, tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == LARGE[::-1]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_fetch_replaces_a_file_only_when_all_is_there(store, s3, tmp_path):
    store.put(KEY, b"content")
    (tmp_path / "out").write_bytes(b"older")
    s3.befall(Fault("GetObject", answer=(500, "InternalError"), times=FOREVER))

    with pytest.raises(Unavailable):
        store.fetch(KEY, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"older"


def test_fetching_to_a_full_disk_leaves_nothing_there(store, s3, tmp_path):
    store.put(KEY, bytes(100_000))
    (tmp_path / "disk").mkdir()
    code = FETCH.format(root=str(ROOT), account=s3.account, bucket=store._bucket.name, key=KEY)
    code = code.replace("S3Account(", f"S3Account({CREDENTIALS}, ")

    said = on_a_small_disk(tmp_path / "disk", "32k", code)

    assert said.splitlines() == ["OutOfResources", "[]"]


@pytest.fixture
def hasty(s3, store) -> S3Store:
    """The same store, seen by who waits a fifth of a second for an answer."""
    client = make_client(s3.account, read_timeout_s=0.2)
    hasty = S3Store(store._bucket.name, "some/prefix", client, retry=Retry(times=1, wait_s=0.01))
    hasty._probed._kept = store._probed._kept
    return hasty


def test_answer_that_does_not_come_is_unavailable(hasty, s3):
    hasty.put(KEY, b"content")
    s3.befall(Fault("GetObject", wait_s=5))
    assert hasty.get(KEY) == b"content"

    s3.befall(Fault("GetObject", wait_s=5, times=FOREVER))
    with pytest.raises(Unavailable, match="ReadTimeoutError"):
        hasty.get(KEY)


def test_answer_that_comes_too_late_was_an_answer(hasty, s3):
    """The object is committed at once, but the reply comes after we have asked again."""
    s3.befall(Fault("PutObject", wait_reply_s=1))

    assert hasty.put(KEY, b"content", write_once=True) == hasty.stat(KEY)
    assert s3.count()["PutObject"] >= 2
    assert hasty.get(KEY) == b"content"


def test_busy_service_is_unavailable_after_five_attempts(store, s3):
    s3.forget()
    s3.befall(Fault("PutObject", answer=(503, "SlowDown"), times=FOREVER))

    with pytest.raises(Unavailable, match="503 SlowDown"):
        store.put(KEY, b"content")
    assert s3.count()["PutObject"] == 5


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ((403, "AccessDenied"), BadInput, "allow them"),
        ((403, "SignatureDoesNotMatch"), BadInput, "correct them"),
        ((400, "ExpiredToken"), BadInput, "correct them"),
        ((403, "RequestTimeTooSkewed"), BadInput, "clock"),
        ((404, "NoSuchBucket"), BadInput, "create it"),
        ((507, "InsufficientStorage"), OutOfResources, "full"),
        ((501, "NotImplemented"), BadInput, "501"),
    ],
)
def test_refusal_is_said_once_with_what_to_do(store, s3, answer, error, says):
    s3.forget()
    s3.befall(Fault("PutObject", answer=answer, times=FOREVER))

    with pytest.raises(error, match=says) as caught:
        store.put(KEY, b"content")
    assert s3.count()["PutObject"] == 1
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_stored_object_of_another_checksum_is_removed(store, s3, monkeypatch):
    put = store._client.put_object
    s3.forget()
    monkeypatch.setattr(
        store._client, "put_object", lambda **terms: {**put(**{**terms, **OTHER}), "ChecksumSHA256": "other"}
    )

    with pytest.raises(StoredWrong):
        store.put(KEY, b"content")
    assert s3.count()["DeleteObject"] == 1
    assert store.stat(KEY) is None


OTHER = {
    "Body": b"damaged",
    "ChecksumSHA256": base64.b64encode(hashlib.sha256(b"damaged").digest()).decode(),
}


@pytest.mark.parametrize("operation", ["PutObject", "CreateMultipartUpload"])
@pytest.mark.parametrize("write_once", [True, False])
def test_put_that_is_answered_404_says_where_it_went(store, s3, large, operation, write_once):
    s3.befall(Fault(operation, answer=(404, "NotFound"), times=FOREVER))
    source = large if operation == "CreateMultipartUpload" else b"content"

    with pytest.raises(BadInput, match="correct endpoint and bucket"):
        store.put(KEY, source, write_once=write_once)


def test_bytes_of_another_writer_are_not_removed_for_ours_that_were_wrong(s3_store, s3, monkeypatch):
    """Nor by a service that deletes whatever the condition."""
    s3.befall(Fault("DeleteObject", forget=("if-match",), times=FOREVER))
    put = s3_store._client.put_object
    theirs = {"Body": b"theirs", "Metadata": {}}

    def overtaken(**terms: object) -> object:
        monkeypatch.setattr(s3_store._client, "put_object", put)
        ours = put(**{**terms, **OTHER})
        put(**s3_store._bucket.place(KEY), **theirs)
        return {**ours, "ChecksumSHA256": "other"}

    monkeypatch.setattr(s3_store._client, "put_object", overtaken)
    with pytest.raises(StoredWrong):
        s3_store.put(KEY, b"content")

    assert s3_store.get(KEY) == b"theirs"


def test_checksum_of_bytes_that_another_put_since_says_nothing_of_ours(store, s3, monkeypatch):
    s3.befall(Fault("PutObject", mute=("x-amz-checksum-sha256",)))
    put = store._client.put_object

    def overtaken(**terms: object) -> object:
        monkeypatch.setattr(store._client, "put_object", put)
        ours = put(**terms)
        put(**store._bucket.place(KEY), Body=b"theirs")
        return ours

    monkeypatch.setattr(store._client, "put_object", overtaken)
    stat = store.put(KEY, b"content")

    assert stat.size == len(b"content")
    assert store.get(KEY) == b"theirs"


def test_tls_that_breaks_in_the_middle_of_a_body_is_tried_again(store, monkeypatch):
    store.put(KEY, b"content")
    get = store._client.get_object

    def broken(_amount: int | None = None) -> bytes:
        raise ssl.SSLError(
            1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac"
        )

    def broken_once(**terms: object) -> object:
        monkeypatch.setattr(store._client, "get_object", get)
        reply = get(**terms)
        monkeypatch.setattr(reply["Body"]._raw_stream._fp, "read", broken)
        return reply

    monkeypatch.setattr(store._client, "get_object", broken_once)

    assert store.get(KEY) == b"content"


def test_credentials_that_cannot_be_had_for_now_are_unavailable(s3, monkeypatch, tmp_path):
    """Whoever gives them out fails, as a role's service may where a machine has just started."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[default]\ncredential_process = false\n")
    account = replace(s3.account, access_key_id=None, secret_access_key=None)

    with pytest.raises(Unavailable, match="expected credentials"):
        S3Store("bucket", "", make_client(account), retry=Retry()).get(KEY)


@pytest.mark.parametrize("said", ["AB" * 32, "q80=", "ab" * 31])
def test_what_others_call_sha256_is_not_believed(store, tmp_path, said):
    store._client.put_object(**store._bucket.place(KEY), Body=b"theirs", Metadata={"sha256": said})

    store.fetch(KEY, tmp_path / "out")

    assert store.get(KEY) == (tmp_path / "out").read_bytes() == b"theirs"


def test_object_that_is_replaced_all_the_time_is_said_to_be(store, tmp_path):
    place, get = store._bucket.place(KEY), store._client.get_object
    store._client.put_object(**place, Body=b"first")
    bodies = itertools.count()

    def replaced(**terms: object) -> object:
        store._client.put_object(**place, Body=b"%d" % next(bodies))
        return get(**terms)

    store._client.get_object = replaced
    with pytest.raises(StoredWrong, match="kept changing"):
        store.fetch(KEY, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_store_that_tells_no_checksums_is_read_back(store, s3):
    s3.befall(
        Fault("PutObject", mute=("x-amz-checksum-sha256",)),
        Fault("HeadObject", mute=("x-amz-checksum-sha256",)),
    )
    s3.asked.clear()

    store.put(KEY, b"content")

    assert s3.count() == {"PutObject": 1, "HeadObject": 1, "GetObject": 1}


def test_store_that_ignores_conditions_may_hold_no_results(s3_store, s3):
    s3.befall(Fault("PutObject", forget=("if-none-match", "if-match"), times=FOREVER))

    assert not s3_store.capabilities().conditional_put
    with pytest.raises(BadInput, match="no results"):
        s3_store.put(KEY, b"result", write_once=True)
    with pytest.raises(BadInput, match="no results"):
        s3_store.replace_if(KEY, b"result", "etag")
    s3_store.put(KEY, b"source")
    assert s3_store.get(KEY) == b"source"


def test_store_that_ends_uploads_whatever_the_condition_takes_small_results_only(s3_store, s3, large):
    s3.befall(Fault("CompleteMultipartUpload", forget=("if-none-match",), times=FOREVER))

    s3_store.put(KEY, b"result", write_once=True)
    with pytest.raises(BadInput, match="no results"):
        s3_store.put(key_for("renders", "ab" * 32, "2.exr"), large, write_once=True)


def test_store_that_cannot_delete_by_condition_looks_first(s3_store, s3):
    s3.befall(Fault("DeleteObject", forget=("if-match",), times=FOREVER))
    first = s3_store.put(KEY, b"first")
    second = s3_store.put(KEY, b"second")

    assert not s3_store.delete_if(KEY, first.etag)
    assert s3_store.delete_if(KEY, second.etag)
    assert s3_store.stat(KEY) is None
    assert s3_store._probed.kept() == Conditions(put=True, complete=True, delete=False)


def test_probe_is_made_once_and_leaves_nothing(s3_store, s3):
    s3_store.capabilities()
    asked = len(s3.asked)
    s3_store.capabilities()

    assert len(s3.asked) == asked
    assert s3_store._client.list_objects_v2(Bucket=s3_store._bucket.name)["KeyCount"] == 0
    assert unfinished(s3_store) == []


def test_probe_does_not_take_a_refusal_for_an_answer(s3_store, s3):
    s3.befall(Fault("PutObject", answer=(403, "AccessDenied"), times=FOREVER))

    with pytest.raises(BadInput, match="allow them"):
        s3_store.capabilities()


def test_foreign_objects_are_not_listed(s3_store):
    client, bucket = s3_store._client, s3_store._bucket.name
    for name in ("some/prefix/readme.txt", "some/prefix-beside/" + KEY, KEY, "some/prefix/" + KEY):
        client.put_object(Bucket=bucket, Key=name, Body=b"x")

    assert [stat.key for stat in s3_store.list("")] == [KEY]
    assert [stat.key for stat in s3_store.list("renders/ab/")] == [KEY]


def test_long_listing_is_read_page_by_page(s3_store, s3):
    list_objects = s3_store._client.list_objects_v2
    s3_store._client.list_objects_v2 = lambda **terms: list_objects(**terms, MaxKeys=2)
    keys = [key_for("renders", "ab" * 32, f"{n:06d}.png") for n in range(5)]
    for key in reversed(keys):
        s3_store.put(key, b"x")
    s3.forget()
    s3.befall(Fault("ListObjectsV2", answer=(503, "SlowDown"), after=1))

    assert [stat.key for stat in s3_store.list("renders/")] == keys
    assert s3.count()["ListObjectsV2"] == 4


def test_missing_bucket_is_said_to_be_missing(s3):
    store = S3Store("nobodys-bucket", "", make_client(s3.account))

    for call in (lambda: store.put(KEY, b"x"), lambda: store.get(KEY), lambda: list(store.list(""))):
        with pytest.raises(BadInput, match="create it"):
            call()


def test_service_that_is_not_there_is_unavailable(s3):
    account = type(s3.account)(endpoint_url="http://127.0.0.1:9", access_key_id="a", secret_access_key="b")  # noqa: S106 - none
    store = S3Store("bucket", "", make_client(account), retry=Retry())

    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        store.get(KEY)


def test_missing_stays_missing_while_the_service_stutters(store, s3):
    s3.befall(Fault("HeadObject", answer=(500, "InternalError")))

    assert store.stat(KEY) is None
    with pytest.raises(Missing):
        store.get(KEY)
