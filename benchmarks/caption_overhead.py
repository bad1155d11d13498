"""What captions cost: a video encoded with them in its picture, over the same encode without.

    python -m benchmarks.caption_overhead

Both arms are the command of a job, without the job around it: the same footage, filters, encoder and
settings, with and without the filter that draws. They run in turns; a side's figure is the least of its CPU
seconds, since whatever else the machine does only adds to that.
"""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from media.captions.burn import settings_of, write_script
from media.captions.command import VIDEO, Film, burned_argv
from media.captions.cues import Captions, Cue, Piece
from media.captions.job import CaptionJob
from media.encoder import Ffmpeg, find_ffmpeg
from media.footage.container import Container
from media.footage.facts import expect_video, facts_of
from media.process import Limits, check, run
from media.video.check import read_video

ISSUE = 8
SECONDS, WIDTH, HEIGHT, FPS = 20, 1920, 1080, 30
TURNS = 2
LIMITS = Limits(wall_s=600.0)
WORDS = "Captions of two lines, as people write them,\nwith some in italics, two seconds each."


def main() -> None:
    """Print the figure."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, ffmpeg = Path(temporary), find_ffmpeg()
        film = _film(folder, ffmpeg)
        job = CaptionJob(source="video.mp4", captions="video.srt")
        settings, cues = settings_of(film, job), _cues()
        write_script(folder, settings, Captions(form="SRT", cues=cues), cues, job)
        spent: dict[bool, list[float]] = {True: [], False: []}
        frames = set()
        for burn in (False, True) * TURNS:
            argv = burned_argv(ffmpeg.path, film, settings, "libx264", burn=burn)
            spent[burn].append(_cpu_seconds(argv, folder, ffmpeg))
            frames.add(read_video(folder / "captioned.mp4").frames)
        value = round(min(spent[True]) / min(spent[False]), 3) if frames == {SECONDS * FPS} else None
    arms = {
        "with captions": {"what": f"{len(cues)} of them, all the time", "cpu seconds": spent[True]},
        "without": {"what": "the same command without the filter", "cpu seconds": spent[False]},
        "video": f"{SECONDS} s, {WIDTH} x {HEIGHT}, {FPS} fps, libx264 {settings.preset} crf {settings.crf}",
        "frames decoded": sorted(frames),
    }
    figure = Figure(name="caption_overhead", value=value, unit="ratio", arms=arms, repeats=TURNS)
    sys.stdout.write(figure.model_dump_json() + "\n")


def _film(folder: Path, ffmpeg: Ffmpeg) -> Film:
    """Write footage that moves and has some grain, as cameras' does, and read it."""
    picture = f"testsrc2=s={WIDTH}x{HEIGHT}:r={FPS}:d={SECONDS},noise=alls=2:allf=t,format=yuv420p"
    made = run(
        [
            *(str(ffmpeg.path), "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-f", "mp4", f"file:{VIDEO}"),
        ],
        cwd=folder,
        limits=LIMITS,
    )
    check(made, "ffmpeg")
    facts = facts_of(folder / VIDEO, Container.MOV, VIDEO, folder)
    return Film(Container.MOV, expect_video(facts, VIDEO), facts.sounds)


def _cues() -> tuple[Cue, ...]:
    spoken = (Piece(text=WORDS), Piece(text=" So.", italic=True))
    return tuple(
        Cue(number=number, start=2000 * number, end=2000 * number + 2000, pieces=spoken)
        for number in range(SECONDS // 2)
    )


def _cpu_seconds(argv: list[str], folder: Path, ffmpeg: Ffmpeg) -> float:
    before = os.times()
    check(run(argv, cwd=folder, limits=LIMITS, env=ffmpeg.env), "ffmpeg")
    after = os.times()
    return round(
        after.children_user + after.children_system - before.children_user - before.children_system, 2
    )


if __name__ == "__main__":
    main()
