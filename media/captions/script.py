"""ASS scripts with the looks that they bring: what could do harm is taken out, and fonts are those here."""

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from media.captions.fonts import FontFolder
from media.captions.markup import NEW_LINES, cleaned, draws_from, overrides
from media.captions.reading import parsed
from media.fonts import Font
from media.fonts.characters import WORD_JOINER, clusters, named
from media.fonts.runs import font_of

KEPT = {"WrapStyle": range(4), "PlayResX": range(1, 16385), "PlayResY": range(1, 16385)}
"""What a script's head may say, and the numbers that are taken; all else of it is for editors."""
WHOLE = re.compile(r"[0-9]{1,5}")
YES_OR_NO = ("yes", "no")
# libass skips gaps behind a backslash and before a number.
FONT = re.compile(r"\\\s*+fn([^\\}]*)")
OPEN = re.compile(r"\\?\{")
"""A brace that nothing closes: text, which the next tag of ours would close."""
SIZED = re.compile(
    r"\\\s*+(fscx|fscy|fsp|fs|blur|be|[xy]?bord|[xy]?shad)(\s*+\(?\s*+)([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
)
LARGEST = {"fs": 2000.0, "fscx": 2000.0, "fscy": 2000.0, "fsp": 500.0, "be": 50.0, "blur": 50.0}
LARGEST_BORDER = 200.0
ESCAPES = re.compile(r"\\[Nnh]")
BREAK = r"\N"
SHOWN = 3


@dataclass
class Scripted:
    """Makes a script harmless, and knows what it changed.

    Attributes:
        fonts: What there is to set it in.
    """

    fonts: FontFolder
    _substituted: Counter[str] = field(default_factory=Counter)
    _missing: dict[str, int] = field(default_factory=dict)

    def harmless(self, text: str, name: str, length_ms: int) -> str:
        """Return a script as it is drawn.

        Args:
            text: The script.
            name: What its owner calls it, for messages.
            length_ms: Of the video; what begins later is left out.

        Raises:
            BadInput: It is no script.
        """
        script = parsed(text, name)
        script.fonts_opaque.clear()
        script.graphics_opaque.clear()
        script.aegisub_project.clear()
        said = {key.strip(): value.strip() for key, value in script.info.items()}
        script.info.clear()
        script.info.update(_head(said))
        for style in script.styles.values():
            style.fontname = self._family(style.fontname)
            style.fontsize = min(max(style.fontsize, 1.0), LARGEST["fs"])
            style.scalex, style.scaley = (
                min(style.scalex, LARGEST["fscx"]),
                min(style.scaley, LARGEST["fscy"]),
            )
            style.outline, style.shadow = (
                min(style.outline, LARGEST_BORDER),
                min(style.shadow, LARGEST_BORDER),
            )
        script.events = [event for event in script.events if not event.is_comment and event.start < length_ms]
        for number, event in enumerate(script.events, 1):
            event.name, event.effect = (
                "",
                event.effect if event.effect.startswith(("Banner;", "Scroll ")) else "",
            )
            event.end = min(event.end, length_ms + 1000)
            usual = script.styles[event.style].fontname if event.style in script.styles else self._main
            parts = self._parts(NEW_LINES.sub(lambda _: BREAK, event.text), usual, number)
            event.text = " ".join("".join(parts).splitlines())  # a second line would be one of the script's
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of times beyond ten hours, which it cuts
            return script.to_string("ass", header_notice="")

    def warnings(self) -> list[str]:
        """Return what is to be said of its fonts."""
        said = []
        if self._substituted:
            names = ", ".join(name for name, _ in self._substituted.most_common(SHOWN))
            more = f" and {len(self._substituted) - SHOWN} more" if len(self._substituted) > SHOWN else ""
            said.append(f"the fonts {names}{more} are not here; {self._main} stands for them")
        if self._missing:
            first = ", ".join(f"{named(one)} (caption {at})" for one, at in [*self._missing.items()][:SHOWN])
            said.append(f"no font here has {first}; an empty box stands in its place")
        return said

    @property
    def _main(self) -> str:
        return self.fonts.names(self.fonts.catalogue.fonts[0]).family

    def _family(self, wished: str) -> str:
        """Return the font that stands for one: itself if it is here."""
        known = {self.fonts.names(font).family.lower(): font for font in self.fonts.catalogue.fonts[:1]}
        if (found := known.get(wished.strip().lower())) is not None:
            return self.fonts.names(found).family
        if wished.strip().lower() != "noto sans":
            self._substituted[" ".join(cleaned(wished).split())[:40] or "without a name"] += 1
        return self._main

    def _parts(self, text: str, usual: str, number: int) -> Iterator[str]:
        at, draws = 0, False
        for found in overrides(text):
            yield from self._shown(text[at : found.start()], usual, number, draws=draws)
            tags = FONT.sub(lambda tag: rf"\fn{self._family(tag[1]) if tag[1].strip() else ''}", found[1])
            draws = draws_from(tags, before=draws)
            yield f"{{{SIZED.sub(_bounded, tags)}}}"
            at = found.end()
        yield from self._shown(text[at:], usual, number, draws=draws)

    def _shown(self, text: str, usual: str, number: int, *, draws: bool) -> Iterator[str]:
        """Yield text with the font of each part of it that the usual one lacks."""
        text = OPEN.sub(lambda _: r"\{", text)
        if draws or not text:
            yield text
            return
        main, last = self.fonts.catalogue.fonts[0], None
        owned: list[tuple[Font | None, str]] = []
        at = 0
        for escape in [*ESCAPES.finditer(text), None]:
            for cluster in clusters(cleaned(text[at : escape.start() if escape else len(text)])):
                last = font_of(cluster, self.fonts.catalogue, last)
                if last is None:
                    self._missing.setdefault(cluster[0], number)
                owned.append((last, cluster))
            if escape:
                owned.append((main, escape[0]))
                at = escape.end()
        for font, letters in groupby(owned, lambda one: one[0]):
            part = "".join(letter for _, letter in letters)
            if part.endswith("\\"):  # which would make text of a tag behind it
                part += WORD_JOINER
            other = font is not None and font != main
            yield rf"{{\fn{self.fonts.names(font).family}}}{part}{{\fn{usual}}}" if font and other else part


def _head(said: dict[str, str]) -> dict[str, str]:
    kept = {
        name: said[name]
        for name, numbers in KEPT.items()
        if WHOLE.fullmatch(said.get(name, "")) and int(said[name]) in numbers
    }
    scaled = said.get("ScaledBorderAndShadow", "").lower()
    return kept | ({"ScaledBorderAndShadow": scaled} if scaled in YES_OR_NO else {})


def _bounded(found: re.Match[str]) -> str:
    """Return a tag with a number that a picture can have: blurs and borders cost by their square."""
    tag, most = found[1], LARGEST.get(found[1], LARGEST_BORDER)
    try:
        number = float(found[3])
    except ValueError:  # such as 1.2.3
        number = 0.0
    return rf"\{tag}{found[2]}{max(-most, min(most, number)):g}"
