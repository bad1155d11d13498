"""Write captions as WebVTT (W3C), for players and for ffmpeg."""

import html
import re
from collections.abc import Sequence

from media.captions.cues import Cue, Piece, clock
from media.fonts.characters import WORD_JOINER

HEAD = "WEBVTT\n"
LINES = {1: "", 2: " line:50%", 3: " line:10%"}
SIDES = {1: " align:start", 2: "", 3: " align:end"}
OBEYED = re.compile(r"\{(?=\\)|\\(?=[Nnh{}])")
"""What ffmpeg would take for a mark of ASS on the way to a track of MP4."""


def webvtt(cues: Sequence[Cue]) -> str:
    """Return captions as WebVTT, times of words included."""
    return "\n".join([HEAD, *(_block(cue, "".join(map(_marked, cue.pieces))) for cue in cues)])


def webvtt_for_track(cues: Sequence[Cue]) -> str:
    """Return captions as ffmpeg turns them into a track: one at a time, and nothing in them obeyed."""
    return "\n".join([HEAD, *(_block(cue, "".join(map(_plain, cue.pieces))) for cue in one_at_a_time(cues))])


def one_at_a_time(cues: Sequence[Cue]) -> list[Cue]:
    """Return captions of which no two overlap: what is shown together is one, in lines below each other."""
    edges = sorted({edge for cue in cues for edge in (cue.start, cue.end)})
    begins = {edge: at for at, edge in enumerate(edges)}
    shown: list[list[Cue]] = [[] for _ in edges]
    for cue in cues:
        for at in range(begins[cue.start], begins[cue.end]):
            shown[at].append(cue)
    found: list[tuple[Cue, list[Cue]]] = []
    for at, together in enumerate(shown):
        if not together:
            continue
        if found and found[-1][1] == together and found[-1][0].end == edges[at]:
            found[-1] = (found[-1][0].model_copy(update={"end": edges[at + 1]}), together)
        else:
            changes = {"start": edges[at], "end": edges[at + 1], "pieces": _joined(together)}
            found.append((together[0].model_copy(update=changes), together))
    return [cue for cue, _ in found]


def _joined(cues: Sequence[Cue]) -> tuple[Piece, ...]:
    pieces = list(cues[0].pieces)
    for cue in cues[1:]:
        pieces += [Piece(text="\n"), *cue.pieces]
    return tuple(pieces)


def _block(cue: Cue, text: str) -> str:
    where = LINES[(cue.place - 1) // 3 + 1] + SIDES[(cue.place - 1) % 3 + 1] if cue.place else ""
    lines = "\n".join(line for line in text.split("\n") if line.strip())
    return f"{cue.number}\n{clock(cue.start)} --> {clock(cue.end)}{where}\n{lines}\n"


def _marked(piece: Piece) -> str:
    return (f"<{clock(piece.start)}>" if piece.start is not None else "") + _looking(piece, piece.text)


def _plain(piece: Piece) -> str:
    return _looking(piece, OBEYED.sub(lambda found: found[0] + WORD_JOINER, piece.text))


def _looking(piece: Piece, text: str) -> str:
    text = html.escape(text, quote=False)
    for tag, wished in (("u", piece.underline), ("b", piece.bold), ("i", piece.italic)):
        if wished and text.strip():
            text = f"<{tag}>{text}</{tag}>"
    return text
