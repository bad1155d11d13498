"""Older captions' looks in today's words.

The first form went into `force_style` beside an SRT, where libass takes sizes for those of a picture of 288
lines; the later one wrote scripts of 1080. Both give the height of a line of Arial, where today's sizes are
those of an em.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args

from media.older.request import OlderRequest
from media.older.style import OlderPosition, OlderStyle, Place

FIRST_LINES, LATER_LINES, LINES = 288, 1080, 1080
ARIAL = 2288 / 2048
"""Height of a line of Arial over its em, by the ascent and descent that libass goes by."""
FIRST = {"size": 24.0, "width": 2.0, "margin": 25.0}
LATER = {"size": 36.0, "width": 3.0, "margin": 20.0}
HIGHLIGHT = {"size": 72.0, "width": 3.0, "margin": 80.0}
SIZES, WIDEST, SAFEST = (16.0, 300.0), 20.0, 0.25
BOXES = {3, 4}
OPAQUE = 255
FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")


def caption_style(request: OlderRequest) -> dict[str, Any]:
    """Return the style of a caption job that looks as an older request asked for."""
    style = request.style
    first = bool(request.url_srt)
    usual = FIRST if first else HIGHLIGHT if request.type == "highlight" else LATER
    lines = FIRST_LINES if first else LATER_LINES
    look = {
        **_letters(style, usual["size"] * LINES / lines, LINES / lines),
        **_edges(style, usual["width"], LINES / lines),
        **_ground(style, highlighted=request.type == "highlight"),
        **_place(style, usual["margin"], lines),
        "uppercase": request.uppercase,
        "karaoke": request.type != "segments",
        "highlight": style.highlight_cor or "#D60000",
        "words_per_line": style.words_per_line or 4,
        "max_lines": style.max_lines or 2,
    }
    return {name: value for name, value in look.items() if value is not None}


def not_kept(style: OlderStyle) -> Iterator[str]:
    """Yield sentences about what of an older style has no counterpart today."""
    font, colors, border = style.font, style.colors, style.border
    name = font.name or style.fonte
    dropped = {
        "style.font.italic": font.italic,
        "style.font.underline": font.underline,
        "style.colors.primaryAlpha": colors.primaryAlpha,
        "style.colors.outlineAlpha": colors.outlineAlpha,
        "style.border.shadow": border.shadow,
    }
    if named := [field for field, asked in dropped.items() if asked]:
        yield f"captions are drawn without {', '.join(named)}"
    if name and not FONT.fullmatch(name):
        yield "the captions' font has a name that no font has; they are in Noto Sans"


def _letters(style: OlderStyle, usual: float, scale: float) -> dict[str, Any]:
    said = style.font.size or style.tamanho_fonte
    height = said * scale if said else usual
    name = style.font.name or style.fonte
    return {
        "font": name if FONT.fullmatch(name) else None,
        "size": round(min(max(height / ARIAL, SIZES[0]), SIZES[1]), 1),
        "bold": True if style.font.bold is None else style.font.bold,
        "color": style.colors.primary or style.texto_cor or "#FFFFFF",
    }


def _edges(style: OlderStyle, usual: float, scale: float) -> dict[str, Any]:
    width = usual if style.border.width is None else style.border.width
    return {
        "outline": 0.0 if style.border.style == 0 else round(min(width * scale, WIDEST), 1),
        "outline_color": style.colors.outline or "#000000",
    }


def _ground(style: OlderStyle, *, highlighted: bool) -> dict[str, Any]:
    if highlighted:
        share = 50 if style.fundo_opacidade is None else style.fundo_opacidade
        return {"box": share > 0, "box_color": style.fundo_cor or "#000000", "box_opacity": share / 100}
    return {
        "box": style.border.style in BOXES,
        "box_color": style.colors.background or "#000000",
        "box_opacity": round(1 - style.colors.backgroundAlpha / OPAQUE, 3),
    }


def _place(style: OlderStyle, usual: float, lines: int) -> dict[str, Any]:
    at = style.position
    if isinstance(at, OlderPosition):
        place = get_args(Place)[at.alignment - 1] if isinstance(at.alignment, int) else at.alignment
        margin = at.marginVertical
    else:
        place, margin = at, style.padding_vertical
    margin = usual if margin is None else margin
    return {"position": place, "safe_area": round(min(margin / lines, SAFEST), 4)}
