"""The commands that lay a sound under a video: values, built without running anything.

Sounds lie between them as bare 32-bit floats of ours, whose length is a count of samples and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.codec import CODINGS, Encoder
from media.footage.command import beginning, reading, writing_file, writing_video
from media.footage.container import Container
from media.footage.facts import VideoStream
from media.footage.picture import plain
from media.sound.fit import Fit
from media.sound.heard import Form
from media.video.settings import VideoSettings

FASTEST, SLOWEST = Fraction(2), Fraction(1, 2)
"""Of one `atempo`: beyond twice the speed it leaves samples out, below half it refuses."""
BIT_RATE = "320k"
"""At less, ffmpeg's coder overshoots where a sound sets in; its `fast` one spoils loud tones at any rate."""
FROM_THE_START = "PTS-STARTPTS"
AGAIN = ("-stream_loop", "-1")


@dataclass(frozen=True)
class Track:
    """A sound of ours, and what is done to it.

    Attributes:
        name: Its file, in the folder that ffmpeg runs in.
        form: How its samples lie, and those of what is written.
        repeats: Whether it begins anew where it ends.
        filters: Each as ffmpeg takes it, of numbers and words of ours alone.
    """

    name: str
    form: Form
    repeats: bool = False
    filters: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilmCommand:
    """Encodes pictures alone, from the file `video` to the file `film`."""

    executable: Path
    video: VideoStream
    container: Container
    settings: VideoSettings
    fit: Fit
    output: str = "film"

    def __call__(self, encoder: Encoder) -> list[str]:
        """Return the command for one encoder."""
        filters = [
            # Clocks of some containers tick once a frame, too coarse for other speeds.
            f"settb=AVTB,setpts=({FROM_THE_START})*{self.fit.stretch}",
            plain(self.video, self.settings, encoder, "tpad=stop_mode=clone:stop=-1"),
        ]
        return [
            *beginning(self.executable),
            *reading("video", self.container, *self.video.decoder),
            *("-map", f"0:{self.video.index}", "-vf", ",".join(filters)),
            *("-frames:v", str(self.fit.frames)),
            *writing_video(self.settings, encoder),
            *writing_file(self.settings, f"{self.output}{self.settings.suffix}"),
        ]


def copy_argv(
    executable: Path, video: VideoStream, container: Container, settings: VideoSettings, fit: Fit
) -> list[str]:
    """Return the command that copies pictures as they are, stretched in time and cut as `fit` says."""
    stretch = fit.stretch
    times = f"pts=({FROM_THE_START})*{stretch}:dts=(DTS-STARTPTS)*{stretch}:duration=DURATION*{stretch}"
    if stretch == 1:
        times = f"pts={FROM_THE_START}:dts=DTS-STARTPTS"
    tag = CODINGS[settings.codec].tag
    return [
        *beginning(executable),
        *reading("video", container),
        *("-map", f"0:{video.index}", "-c", "copy", "-bsf:v", f"setts={times}"),
        *("-frames:v", str(fit.frames)),
        *(("-tag:v", tag) if tag else ()),
        *writing_file(settings, f"film{settings.suffix}"),
    ]


def track_argv(executable: Path, tracks: Sequence[Track], filters: Sequence[str], output: str) -> list[str]:
    """Return the command that mixes sounds of one form into `output`.

    Args:
        executable: ffmpeg.
        tracks: What is mixed; the first says how long it is.
        filters: On the mix.
        output: In the folder that ffmpeg runs in; ours.
    """
    parts = [f"[{n}:a]{','.join(track.filters or ('anull',))}[t{n}]" for n, track in enumerate(tracks)]
    labels = "".join(f"[t{n}]" for n in range(len(tracks)))
    mixed = [f"amix=inputs={len(tracks)}:duration=first:normalize=0"] if len(tracks) > 1 else []
    parts.append(f"{labels}{','.join([*mixed, *filters, 'anull'])}[out]")
    return [
        *beginning(executable),
        *(part for track in tracks for part in _raw(track)),
        *("-filter_complex", ";".join(parts), "-map", "[out]", *_form(tracks[0].form)),
        *("-c:a", "pcm_f32le", "-f", "f32le", "-y", f"file:{output}"),
    ]


def loudness_argv(executable: Path, track: Track) -> list[str]:
    """Return the command that prints how loud a sound is, by ITU-R BS.1770."""
    return [
        *(str(executable), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info"),
        *_raw(track),
        *("-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"),
    ]


def joined_argv(executable: Path, settings: VideoSettings, track: Track) -> list[str]:
    """Return the command that puts the file `film` and a sound into one, `result`."""
    return [
        *beginning(executable),
        *reading(f"film{settings.suffix}", Container.MOV),
        *_raw(track),
        *("-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy"),
        *(("-tag:v", tag) if (tag := CODINGS[settings.codec].tag) else ()),
        *("-c:a", "aac", "-b:a", BIT_RATE, "-flags:a", "+bitexact"),
        *writing_file(settings, f"result{settings.suffix}"),
    ]


def stills_argv(executable: Path, name: str, times: Sequence[Fraction], size: tuple[int, int]) -> list[str]:
    """Return the command that writes the frames at some times of an MP4 of ours as 0.png, 1.png and so on.

    Args:
        executable: ffmpeg.
        name: Of the video, in the folder that ffmpeg runs in.
        times: From its start, in seconds.
        size: Width and height of the pictures.
    """
    scale = f"scale={size[0]}:{size[1]}:flags=lanczos+accurate_rnd+full_chroma_int,format=rgb24"
    one = ("-vf", scale, "-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1")
    return [
        *beginning(executable),
        *(
            part
            for time in times
            for part in reading(name, Container.MOV, "-threads", "1", "-ss", f"{float(time):.6f}")
        ),
        *(part for n in range(len(times)) for part in ("-map", f"{n}:v:0", *one, "-y", f"file:{n}.png")),
    ]


def exactly(samples: int) -> tuple[str, ...]:
    """Return the filters that cut a sound to so many samples, or fill it with silence."""
    return (f"apad=whole_len={samples}", f"atrim=end_sample={samples}")


def at_tempo(tempo: Fraction) -> tuple[str, ...]:
    """Return the filters that play a sound so many times as fast at its own pitch."""
    steps: list[Fraction] = []
    while not SLOWEST <= tempo <= FASTEST:
        steps.append(FASTEST if tempo > 1 else SLOWEST)
        tempo /= steps[-1]
    return tuple(f"atempo={float(step):.9f}" for step in [*steps, tempo] if step != 1)


def fades(seconds: Fraction, fade_in: float, fade_out: float) -> tuple[str, ...]:
    """Return the filters that let a sound come and go; neither takes more than all of it."""
    begins = min(fade_in, float(seconds))
    ends = min(fade_out, float(seconds))
    return (
        *([f"afade=t=in:st=0:d={begins:.6f}:curve=hsin"] if begins else []),
        *([f"afade=t=out:st={float(seconds) - ends:.6f}:d={ends:.6f}:curve=hsin"] if ends else []),
    )


def _raw(track: Track) -> list[str]:
    form = track.form
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", "f32le"),
        *("-f", "f32le", *_form(form), *(AGAIN if track.repeats else ()), "-i", f"file:{track.name}"),
    ]


def _form(form: Form) -> tuple[str, ...]:
    return ("-ar", str(form.rate), "-ac", str(form.channels))
