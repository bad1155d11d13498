"""Footage is told by its content; what only calls itself footage reaches no file and no server."""

import http.server
import threading
from collections.abc import Iterator
from time import process_time

import pytest

from media.errors import BadInput
from media.footage.container import CAPTIONS, PICTURE, SOUND, VIDEO, Container, Medium
from media.footage.facts import facts_of
from media.footage.sniff import HEAD_BYTES, container_of, container_of_file
from tests.media.footage.files import MOVING, TONE, X264, made, read

FLAT = ("-f", "lavfi", "-i", "color=red:s=64x64:d=0.1")
FILES: dict[str, tuple[Container, tuple[str, ...]]] = {
    "a.mp4": (Container.MOV, (*MOVING, *TONE, *X264, "-c:a", "aac")),
    "a.mov": (Container.MOV, (*MOVING, *TONE, "-c:v", "prores_ks", "-c:a", "pcm_s16le")),
    "a.mkv": (Container.MATROSKA, (*MOVING, *TONE, *X264, "-c:a", "flac")),
    "a.webm": (Container.MATROSKA, (*MOVING, *TONE, "-c:v", "libvpx", "-c:a", "libopus")),
    "a.avi": (Container.AVI, (*MOVING, *TONE, "-c:v", "mjpeg", "-c:a", "pcm_s16le")),
    "a.ts": (Container.MPEG_TS, (*MOVING, *TONE, *X264, "-c:a", "aac")),
    "a.m2ts": (Container.MPEG_TS, (*MOVING, *X264, "-f", "mpegts", "-mpegts_m2ts_mode", "1")),
    "a.mpg": (Container.MPEG_PS, (*MOVING, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2")),
    "a.flv": (Container.FLV, (*MOVING, *TONE, *X264, "-c:a", "aac", "-ar", "44100")),
    "a.wmv": (Container.ASF, (*MOVING, *TONE, "-c:v", "wmv2", "-c:a", "wmav2", "-f", "asf")),
    "a.ogv": (Container.OGG, (*MOVING, *TONE, "-c:v", "libtheora", "-c:a", "libvorbis")),
}
OTHERS: dict[str, tuple[Container, Medium, tuple[str, ...]]] = {
    "a.wav": (Container.WAV, SOUND, TONE),
    "a.mp3": (Container.MP3, SOUND, TONE),
    "b.mp3": (Container.MP3, SOUND, (*TONE, "-id3v2_version", "0", "-write_xing", "0")),
    "a.aac": (Container.AAC, SOUND, TONE),
    "a.flac": (Container.FLAC, SOUND, TONE),
    "a.aiff": (Container.AIFF, SOUND, TONE),
    "a.m4a": (Container.MOV, SOUND, TONE),
    "a.opus": (Container.OGG, SOUND, (*TONE, "-c:a", "libopus")),
    "a.png": (Container.PNG, PICTURE, (*FLAT, "-frames:v", "1")),
    "a.jpg": (Container.JPEG, PICTURE, (*FLAT, "-frames:v", "1")),
    "a.webp": (Container.WEBP, PICTURE, (*FLAT, "-frames:v", "1")),
    "a.tiff": (Container.TIFF, PICTURE, (*FLAT, "-frames:v", "1")),
    "a.bmp": (Container.BMP, PICTURE, (*FLAT, "-frames:v", "1")),
    "a.gif": (Container.GIF, PICTURE, FLAT),
}
STRANGERS = {
    "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}\n#EXT-X-ENDLIST\n": "a playlist",
    "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{other}\n#EXT-X-ENDLIST\n": "a playlist",
    "\r\n #EXTM3U\n#EXTINF:9,\n{name}\n": "a playlist",
    "ffconcat version 1.0\nfile '{other}'\n": "a list of files for ffmpeg",
    "ffconcat version 1.0\nfile '{url}'\n": "a list of files for ffmpeg",
    "file '{other}'\n": "a file of the kind text",
    '<?xml version="1.0"?><MPD><Period><BaseURL>{url}</BaseURL></Period></MPD>': "a DASH manifest",
    "v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n": "a session description",
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\n": "a session description",
    '<smil><body><video src="{url}"/></body></smil>': "a SMIL presentation",
    '<?xml version="1.0"?><smil xmlns="http://www.w3.org/ns/SMIL"><video src="{url}"/></smil>': "a SMIL",
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>': "an SVG drawing",
    '<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{other}">]>\n<svg>&x;</svg>': "an SVG",
    "<!DOCTYPE html><html><video src='{url}'></html>": "an HTML page",
    '<asx version="3.0"><entry><ref href="{url}"/></entry></asx>': "a file of the kind text",
    "[playlist]\nFile1={url}\n": "a file of the kind text",
    "[Reference]\nRef1={url}\n": "a file of the kind text",
    '{{"video": "{url}"}}': "JSON",
    "PK\x03\x04": "a ZIP archive",
    "%PDF-1.7": "a PDF document",
    "\x7fELF\x02\x01": "a program",
}  # fmt: skip


class Asked(http.server.ThreadingHTTPServer):
    """A server that remembers who asked it for what."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), _Remembers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/secret.mp4"


class _Remembers(http.server.BaseHTTPRequestHandler):
    server: Asked

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Asked]:
    with Asked() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", FILES)
def test_video_in_every_container_is_known_by_its_content_and_read(tmp_path, name):
    expected, argv = FILES[name]
    made(tmp_path / name, *argv).rename(tmp_path / "anything.png")

    container, facts = read(tmp_path / "anything.png")

    assert container == expected
    assert facts.video
    assert (facts.video.frames, facts.video.width, facts.video.height) == (25, 160, 96)
    assert facts.video.rate == 25
    assert facts.video.duration == 1
    assert not facts.video.variable
    assert len(facts.sounds) == (name != "a.m2ts")
    assert all(abs(sound.duration - 1) < 0.07 for sound in facts.sounds)
    assert facts.damaged == 0


@pytest.mark.parametrize("name", OTHERS)
def test_sounds_and_pictures_are_known_by_their_content(tmp_path, name):
    container, medium, argv = OTHERS[name]
    path = made(tmp_path / name, *argv)

    assert container_of_file(path, "holiday.mp4", medium) == container
    with pytest.raises(BadInput, match="expected captions"):
        container_of_file(path, "holiday.srt", CAPTIONS)


@pytest.mark.parametrize("medium", [VIDEO, PICTURE, SOUND], ids=["mp4", "png", "mp3"])
@pytest.mark.parametrize("text", STRANGERS)
def test_file_that_names_others_is_refused_by_what_it_is(tmp_path, text, medium):
    path = tmp_path / "holiday.mp4"
    path.write_text(text.format(url="http://127.0.0.1:9/x", other="/etc/hosts", name="next.mp4"))

    with pytest.raises(BadInput, match=r"holiday\.mp4: expected a .*, found ") as caught:
        container_of_file(path, "holiday.mp4", medium)

    assert f"found {STRANGERS[text]}" in str(caught.value)


@pytest.mark.parametrize("container", [Container.MOV, Container.MATROSKA, Container.MPEG_TS])
@pytest.mark.parametrize("text", [text for text in STRANGERS if "{" in text])
def test_file_that_names_others_reaches_neither_file_nor_server_even_if_it_got_past(
    tmp_path, server, text, container
):
    other = made(tmp_path / "secret.mp4", *MOVING, *X264) if "{other}" in text or "{name}" in text else None
    path = tmp_path / "holiday.mp4"
    path.write_text(text.format(url=server.url, other=other, name="secret.mp4"))

    with pytest.raises(BadInput, match=f"expected {container} footage that can be read"):
        facts_of(path, container, "holiday.mp4", tmp_path)

    assert server.requests == []


def test_server_would_have_heard_of_a_reader_that_follows_playlists(tmp_path, server):
    playlist = tmp_path / "holiday.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{server.url}\n#EXT-X-ENDLIST\n")
    allowed = ("-allowed_extensions", "ALL", "-protocol_whitelist", "file,http,tcp")

    with pytest.raises(Exception, match="non-zero exit status"):
        made(tmp_path / "a.mkv", *allowed, "-i", str(playlist))

    assert "/secret.mp4" in server.requests


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "an empty file; upload it again"),
        (b"\0" * 64, "binary data of an unknown kind"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC or AVIF picture"),
        (b"\x1f\x8b\x08", "a gzip file"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nhello\n", "a file of the kind text"),
        ("1\n00:00".encode("utf-16"), "a file of the kind text"),
    ],
)
def test_what_is_no_video_is_refused_in_words(head, found):
    with pytest.raises(BadInput) as caught:
        container_of(head, "it's [100%]: a\nclip", VIDEO)

    assert f"found {found}" in str(caught.value)


def test_sound_is_no_picture(tmp_path):
    path = made(tmp_path / "a.wav", *TONE)

    with pytest.raises(BadInput, match=r"expected a picture .*, found a file of the kind wav"):
        container_of_file(path, "a.png", PICTURE)


@pytest.mark.parametrize(
    "unit", [b"<!>", b"<!-->", b"<!---->", b"<![]>", b"<!--", b"?><!--", b"<![", b"<!DOCTYPE "]
)
@pytest.mark.parametrize("begin", [b"", b"<?xml "])
def test_documents_of_many_declarations_are_told_at_once(unit, begin):
    begun = process_time()

    with pytest.raises(BadInput):
        container_of((begin + unit * HEAD_BYTES)[:HEAD_BYTES], "a.mp4", VIDEO)

    assert process_time() - begun < 0.5


def test_drawing_behind_comments_and_declarations_is_still_one():
    head = b'<?xml version="1.0"?>\n<!-- a > b --><!DOCTYPE svg [<!ENTITY x "y">]>\n<!-- c -->\n<svg/>'

    with pytest.raises(BadInput, match="found an SVG drawing"):
        container_of(head, "a.mp4", VIDEO)
