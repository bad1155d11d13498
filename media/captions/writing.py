r"""Write captions as an ASS script that libass draws as wished.

All that is text is escaped: no brace and no backslash of a caption is obeyed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from media.captions.cues import Cue
from media.captions.fonts import FontFolder
from media.captions.lettering import Laid, Run
from media.captions.style import CaptionStyle
from media.fonts.characters import WORD_JOINER

LEFT_MARK, RIGHT_MARK = "\u200e", "\u200f"
STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
    "MarginR, MarginV, Encoding"
)
OUTLINED, BOXED = 1, 4
"""How libass draws a border; the latter is its own, one box round all of a caption, as wide as the shadow."""
PADDING = 0.28
"""Of a box, in em."""
BREAK = r"\N"


@dataclass(frozen=True)
class Look:
    """What a run of letters looks like; what differs from the run before is said before it."""

    family: str
    size: float
    bold: bool
    italic: bool
    underline: bool
    colour: str


@dataclass(frozen=True)
class Picture:
    """What captions are drawn on, in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Writer:
    """Writes captions of one style for one size of picture."""

    style: CaptionStyle
    picture: Picture
    fonts: FontFolder

    def script(self, captions: Sequence[Laid], language: str) -> str:
        """Return the script.

        Args:
            captions: In the order in which they appear.
            language: Whose shapes letters have where languages differ, such as ja; "" where it is unsaid.
        """
        head = [
            "[Script Info]",
            "ScriptType: v4.00+",
            f"PlayResX: {self.picture.width}",
            f"PlayResY: {self.picture.height}",
            "WrapStyle: 2",
            "ScaledBorderAndShadow: yes",
            *([f"Language: {language}"] if language else []),
            "",
            "[V4+ Styles]",
            f"Format: {STYLE_FIELDS}",
            self._style_line(),
            "",
            "[Events]",
            "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
        ]
        events = (line for laid in captions for line in self._events(laid))
        return "\n".join([*head, *events, ""])

    @property
    def em(self) -> float:
        """Of letters, in pixels of the picture."""
        return self.style.size * self.style.scale(self.picture.width, self.picture.height)

    def _style_line(self) -> str:
        style, scale = self.style, self.style.scale(self.picture.width, self.picture.height)
        main = self.fonts.names(self.fonts.catalogue.fonts[0])
        margins = [
            round(style.safe_area * side) + (round(PADDING * self.em) if style.box else 0)
            for side in (self.picture.width, self.picture.width, self.picture.height)
        ]
        box = colour(style.box_color, 1 - style.box_opacity)
        shadow = f"{PADDING * self.em:.2f}" if style.box else "0"
        outline = f"{style.outline * scale:.2f}"
        return ",".join([
            f"Style: Caption,{main.family},{main.line * self.em:.2f}",
            *(colour(style.color), colour(style.color), colour(style.outline_color), box),
            *("0", "0", "0", "0", "100", "100", "0", "0"),
            *(str(BOXED if style.box else OUTLINED), outline, shadow, str(style.place)),
            *(str(margin) for margin in margins),
            "1",
        ])  # fmt: skip

    def _events(self, laid: Laid) -> Iterator[str]:
        for begin, end, said in spoken(laid.cue, karaoke=self.style.karaoke):
            place = rf"{{\an{laid.cue.place}}}" if laid.cue.place else ""
            text = self._text(laid, said)
            yield f"Dialogue: 0,{time(begin)},{time(end)},Caption,,0,0,0,,{place}{text}"

    def _text(self, laid: Laid, said: int | None) -> str:
        """Return a caption's text, of which the piece `said` is being said."""
        usual = self._look(Run("", self.fonts.catalogue.fonts[0], 0, -1), laid, said)
        now = usual if laid.scale == 1 else None
        lines = []
        for line in laid.lines:
            written, both_ways = "", any(run.level % 2 for run in line)
            for run in line:
                look = self._look(run, laid, said)
                written += _tags(now, look) + _directed(run, both_ways=both_ways)
                now = look
            lines.append(written)
        return BREAK.join(lines)

    def _look(self, run: Run, laid: Laid, said: int | None) -> Look:
        names = self.fonts.names(run.font)
        piece = laid.cue.pieces[run.piece] if run.piece >= 0 else None
        return Look(
            family=names.family,
            size=names.line * self.em * laid.scale,
            bold=bool(piece and (piece.bold and not self.style.bold)) or self.fonts.is_thin(run.font),
            italic=bool(piece and piece.italic),
            underline=bool(piece and piece.underline),
            colour=self.style.highlight if said is not None and run.piece == said else self.style.color,
        )


def spoken(cue: Cue, *, karaoke: bool) -> list[tuple[int, int, int | None]]:
    """Return from when to when a caption is shown with which piece marked as being said."""
    if not karaoke or not cue.is_timed_by_word:
        return [(cue.start, cue.end, None)]
    begins = [
        (cue.start, None),
        *((piece.start, at) for at, piece in enumerate(cue.pieces) if piece.text.strip()),
    ]
    steps: list[tuple[int, int | None]] = []
    for start, piece in begins:
        begin = max(cue.start, start if start is not None else cue.start)
        if steps and begin <= steps[-1][0]:
            steps[-1] = (steps[-1][0], piece)
        elif begin < cue.end:
            steps.append((begin, piece))
    ends = [*(begin for begin, _ in steps[1:]), cue.end]
    return [(begin, end, piece) for (begin, piece), end in zip(steps, ends, strict=True)]


def escaped(text: str) -> str:
    """Return text of which libass obeys nothing."""
    shown = text.replace("\\", f"\\{WORD_JOINER}")
    return shown.replace("{", r"\{").replace("}", r"\}").replace("\n", " ")


def colour(rgb: str, transparency: float = 0.0) -> str:
    """Return a colour such as #ff8800 as ASS writes it, blue first."""
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"&H{round(255 * transparency):02X}{blue}{green}{red}".upper()


def time(ms: int) -> str:
    """Return a time in hundredths of a second, as ASS has them."""
    hundredths = (ms + 5) // 10
    seconds = hundredths // 100
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{hundredths % 100:02}"


def _tags(before: Look | None, now: Look) -> str:
    said = [
        (rf"\fn{now.family}", before is None or before.family != now.family),
        (rf"\fs{now.size:.2f}", before is None or before.size != now.size),
        (rf"\b{now.bold:d}", before is None or before.bold != now.bold),
        (rf"\i{now.italic:d}", before is None or before.italic != now.italic),
        (rf"\u{now.underline:d}", before is None or before.underline != now.underline),
        (rf"\1c{colour(now.colour)}&", before is None or before.colour != now.colour),
    ]
    tags = "".join(tag for tag, differs in said if differs)
    return f"{{{tags}}}" if tags else ""


def _directed(run: Run, *, both_ways: bool) -> str:
    """Return a run that stands where it is written: marks part it from what is beside it."""
    if not both_ways:
        return escaped(run.text)
    text = f"{RIGHT_MARK}{escaped(run.text)}{RIGHT_MARK}" if run.level % 2 else escaped(run.text)
    return f"{LEFT_MARK}{text}{LEFT_MARK}"
