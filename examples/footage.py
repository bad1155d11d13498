"""Write small footage to try the flows over footage on: `python examples/footage.py FOLDER`.

FOLDER/film.mp4 (6 s), captions.srt, music.wav (7 s, so that the film is slowed down a little), and three
pictures, one of them upright.
"""

import math
import struct
import sys
import wave
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from media.encoder import find_ffmpeg
from media.process import Limits, check, run

SECONDS, SOUND_S, SOUND_RATE = 6, 7, 44_100
CHORDS = ((220.0, 277.18, 329.63), (196.0, 246.94, 293.66), (174.61, 220.0, 261.63), (196.0, 246.94, 329.63))
CAPTIONS = """\
1
00:00:00,500 --> 00:00:02,700
Every frame is decoded
before anybody sees it.

2
00:00:02,900 --> 00:00:05,600
すべてのフレームを確認します
كل إطار يتم فحصه
"""
SKIES = (("#0b1d3a", "#f2955c"), ("#12343b", "#e1b382"), ("#2b1b3d", "#f08fa0"))


def main(argv: list[str]) -> None:
    """Write everything into the folder `argv[1]`."""
    folder = Path(argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (sky, glow) in enumerate(SKIES, 1):
        size = (2400, 1600) if number < len(SKIES) else (1600, 2400)
        landscape(size, sky, glow, number).save(folder / f"picture-{number}.jpeg", quality=92)
    (folder / "captions.srt").write_text(CAPTIONS, encoding="utf-8")
    write_music(folder / "music.wav")
    write_film(folder)


def landscape(size: tuple[int, int], sky: str, glow: str, seed: float) -> Image.Image:
    """Return hills before a sky that glows."""
    width, height = size
    gradient = Image.linear_gradient("L").resize(size)
    picture = Image.composite(Image.new("RGB", size, glow), Image.new("RGB", size, sky), gradient)
    sun = Image.new("L", size, 0)
    at, radius = (width * (0.3 + 0.15 * seed), height * 0.55), 0.09 * min(size)
    ImageDraw.Draw(sun).ellipse([at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius], fill=255)
    picture.paste(Image.new("RGB", size, "#fff1d6"), mask=sun.filter(ImageFilter.GaussianBlur(radius / 8)))
    for row in range(5):
        shade = Image.new("RGB", size, sky).point([round(one * (0.9 - 0.15 * row)) for one in range(256)] * 3)
        hills = Image.new("L", size, 0)
        line = [
            (x, height * (0.6 + 0.08 * row) - height * 0.05 * ridge(x / width, row + 5 * seed))
            for x in range(0, width + 8, 8)
        ]
        ImageDraw.Draw(hills).polygon([*line, (width, height), (0, height)], fill=255)
        picture.paste(shade, mask=hills)
    return picture


def ridge(across: float, seed: float) -> float:
    """Return the height of a line of hills at a share of the picture's width, about -1 to 1."""
    return sum(math.sin(across * 2**octave * 4 + seed * octave * 1.7) / 2**octave for octave in range(1, 6))


def write_music(path: Path) -> None:
    """Write soft chords, mono, 16 bits."""
    samples = []
    for number in range(SOUND_S * SOUND_RATE):
        at = number / SOUND_RATE
        beat = at % 1.75 / 1.75
        chord = CHORDS[int(at / 1.75) % len(CHORDS)]
        loudness = 0.25 * min(1.0, beat * 20) * (1 - beat) ** 1.5
        samples.append(round(32767 * loudness * sum(math.sin(math.tau * hertz * at) for hertz in chord) / 3))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def write_film(folder: Path) -> None:
    """Write a film of the first picture passing by, with a quiet tone."""
    ffmpeg = find_ffmpeg()
    argv = [
        *(str(ffmpeg.path), "-v", "error", "-y", "-loop", "1", "-framerate", "30", "-i", "picture-1.jpeg"),
        *("-f", "lavfi", "-i", "sine=220,volume=0.2"),
        *("-vf", "crop=1280:720:x='(iw-ow)*t/6':y=600,format=yuv420p", "-t", str(SECONDS)),
        *("-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", "film.mp4"),
    ]
    check(run(argv, cwd=folder, limits=Limits(wall_s=120.0), env=ffmpeg.env), "ffmpeg")


if __name__ == "__main__":
    main(sys.argv)
