"""Write captions as WebVTT (W3C), for players."""

import html
from collections.abc import Sequence

from media.captions.cues import Cue, Piece, clock

HEAD = "WEBVTT\n"
LINES = {1: "", 2: " line:50%", 3: " line:10%"}
SIDES = {1: " align:start", 2: "", 3: " align:end"}


def webvtt(cues: Sequence[Cue]) -> str:
    """Return captions as WebVTT, times of words included."""
    return "\n".join([HEAD, *(_block(cue, "".join(map(_marked, cue.pieces))) for cue in cues)])


def _block(cue: Cue, text: str) -> str:
    where = LINES[(cue.place - 1) // 3 + 1] + SIDES[(cue.place - 1) % 3 + 1] if cue.place else ""
    lines = "\n".join(line for line in text.split("\n") if line.strip())
    return f"{cue.number}\n{clock(cue.start)} --> {clock(cue.end)}{where}\n{lines}\n"


def _marked(piece: Piece) -> str:
    return (f"<{clock(piece.start)}>" if piece.start is not None else "") + _looking(piece, piece.text)


def _looking(piece: Piece, text: str) -> str:
    text = html.escape(text, quote=False)
    for tag, wished in (("u", piece.underline), ("b", piece.bold), ("i", piece.italic)):
        if wished and text.strip():
            text = f"<{tag}>{text}</{tag}>"
    return text
