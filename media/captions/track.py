"""Write captions as a script that ffmpeg turns into a track of MP4 (3GPP TS 26.245), one caption at a time.

An ASS script, not WebVTT: on the way from that, versions of ffmpeg write braces each in its own wrong way.
"""

import re
from collections.abc import Sequence

from media.captions.cues import Cue, Piece
from media.captions.writing import time
from media.fonts.characters import WORD_JOINER

HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment
Style: Default,Sans,16,&Hffffff,0,0,1,1,0,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
OBEYED = re.compile(r"\{(?=\\)|\\(?=[Nnh])")
"""What ffmpeg would take for a mark of ASS."""


def track(cues: Sequence[Cue]) -> str:
    """Return captions as the script of a track; what is shown together is one caption, in lines."""
    spans = ((time(cue.start), time(cue.end), cue) for cue in one_at_a_time(cues))
    lines = [
        f"Dialogue: 0,{start},{end},Default,,0,0,0,,{''.join(map(_shown, cue.pieces))}\n"
        for start, end, cue in spans
        if start != end
    ]
    return HEAD + "".join(lines)


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


def _shown(piece: Piece) -> str:
    text = OBEYED.sub(lambda found: found[0] + WORD_JOINER, piece.text).replace("\n", r"\N")
    for tag, wished in (("u", piece.underline), ("b", piece.bold), ("i", piece.italic)):
        if wished and text.strip():
            text = rf"{{\{tag}1}}{text}{{\{tag}0}}"
    return text
