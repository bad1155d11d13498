"""What a webhook tells of outputs that lie on S3."""

import httpx
import pytest

from media.asset import Asset
from media.asset_tree import TREE
from media.delivery.message import Ending, completed, expect_links
from media.digest import sha256_of
from media.errors import BadInput
from media.manifest import Content, Manifest, Output, Record
from media.store import FolderStore
from media.store.keys import key_for

JOB, DATA = "ab" * 32, b"a video"
KEY = key_for("videos", sha256_of(DATA), "video.mp4")
ENDING = Ending(message="msg_1", flow="caption-video", run="r", job=JOB)


def manifest() -> Manifest:
    asset = Asset(uri="s3://…", sha256=sha256_of(DATA), size=len(DATA), media_type="video/mp4", key=KEY)
    output = Output(role="video", asset=asset, download_name="talk-captioned.mp4")
    record = Record(source="talk.mp4", source_sha256=JOB, asked={})
    return Manifest(content=Content(job=JOB, noun="captioned", outputs=(output,)), record=record)


def test_links_open_the_outputs_without_credentials_for_as_long_as_was_asked(s3_store):
    s3_store.put(KEY, DATA)

    (output,) = completed(ENDING, "episode 12", manifest(), s3_store, 2).outputs

    assert "X-Amz-Expires=7200" in output.url
    answer = httpx.get(output.url)
    assert answer.content == DATA
    assert "talk-captioned.mp4" in answer.headers["content-disposition"]


@pytest.mark.parametrize(("hours", "begins"), [(2, ""), (0, "s3://")])
def test_tree_of_files_has_an_address_and_no_link_since_none_would_open_its_files(s3_store, hours, begins):
    one = manifest()
    tree = one.content.outputs[0].asset.model_copy(update={"media_type": TREE})
    ladder = Output(role="hls", asset=tree, download_name="talk-transcoded-hls")
    content = one.content.model_copy(update={"outputs": (ladder, *one.content.outputs)})

    told = completed(ENDING, "", one.model_copy(update={"content": content}), s3_store, hours).outputs

    assert (bool(told[0].url), told[0].url.startswith(begins)) == (bool(begins), True)
    assert told[1].url


def test_without_links_the_address_in_the_store_is_told(s3_store):
    (output,) = completed(ENDING, "", manifest(), s3_store, 0).outputs

    assert output.url.startswith("s3://")
    assert "?" not in output.url


def test_folder_gives_no_links_and_says_so(tmp_path, s3_store):
    expect_links(168, s3_store)
    expect_links(0, FolderStore(tmp_path))
    with pytest.raises(BadInput, match="found a folder"):
        expect_links(1, FolderStore(tmp_path))
