"""What streams went in and what came out, as rows of a table."""

from fractions import Fraction

from media.codec import Codec
from media.footage.facts import FootageFacts, SoundStream, VideoStream

Row = dict[str, str]


def rows_of(which: str, container: str, facts: FootageFacts, size: int) -> list[Row]:
    """Return the rows of one file.

    Args:
        which: Before or after.
        container: What wraps it.
        facts: What it holds.
        size: In bytes.
    """
    lengths = [one.duration for one in (facts.video, *facts.sounds) if one]
    seconds = max(lengths, default=Fraction(0))
    whole = {"stream": "file", "codec": container, "size": f"{size} bytes", "rate": _bit_rate(size, seconds)}
    pictures = [_picture(facts.video)] if facts.video else []
    rows = [whole, *pictures, *(_sound(one) for one in facts.sounds)]
    blank = {
        "when": which,
        "stream": "",
        "codec": "",
        "size": "",
        "rate": "",
        "seconds": f"{float(seconds):.3f}",
    }
    return [{**blank, **row} for row in rows]


def larger_by(before: int, after: int, codec: Codec) -> str:
    """Return a sentence on a result that has more bytes than its source."""
    share = 100 * after / max(before, 1) - 100
    told = f"it is larger than the video that was sent, by {share:.0f} % ({after} bytes, before {before})"
    advice = "take a higher crf, or keep the one that was sent"
    return f"{told}; {'ProRes mostly is' if codec == 'prores' else advice}"


def _bit_rate(size: int, seconds: Fraction) -> str:
    return f"{float(size * 8 / seconds) / 1000:.0f} kbit/s" if seconds else ""


def _picture(video: VideoStream) -> Row:
    told = [f"{video.width} x {video.height}", video.pixels]
    told += [f"turned by {video.rotation}"] if video.rotation else []
    told += [f"pixels of {video.aspect}"] if video.aspect != 1 else []
    told += ["interlaced"] if video.interlaced else []
    told += [video.transfer.upper()] if video.transfer != "sdr" else []
    pace = f"{float(video.rate):.3f}".rstrip("0").rstrip(".")
    return {
        "stream": "video",
        "codec": f"{video.codec} {video.profile}".strip(),
        "size": ", ".join(told),
        "rate": f"{pace} a second{', varying' if video.variable else ''}, {video.frames} frames",
        "seconds": f"{float(video.duration):.3f}",
    }


def _sound(sound: SoundStream) -> Row:
    language = f", {sound.language}" if sound.language not in {"", "und"} else ""
    return {
        "stream": "sound",
        "codec": sound.codec,
        "size": f"{sound.channels} channel{'s' * (sound.channels > 1)}{language}",
        "rate": f"{sound.rate} Hz",
        "seconds": f"{float(sound.duration):.3f}",
    }
