"""The gallery of templates: one page with each one's pictures, figures and parameters, beside its media."""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from media.broll.parameters import TemplateParameters
from media.pictures.figures import Figure

BOUNDS = (
    ("minimum", "from {}"),
    ("exclusiveMinimum", "above {}"),
    ("maximum", "to {}"),
    ("exclusiveMaximum", "below {}"),
)


@dataclass(frozen=True)
class Exhibit:
    """What the gallery shows of one template.

    Attributes:
        model: The template.
        job: What made its preview, as a job of render-broll.
        poster: Where a frame in full size lies, as the page refers to it.
        preview: Where the looping video lies.
        sheet: Where the contact sheet of the preview lies.
        figures: What was measured.
    """

    model: type[TemplateParameters]
    job: Mapping[str, object]
    poster: str
    preview: str
    sheet: str
    figures: Sequence[Figure]

    @property
    def is_broken(self) -> bool:
        """Whether any figure is beyond its bound."""
        return not all(figure.holds for figure in self.figures)

    @property
    def command(self) -> str:
        """The line that makes the preview again."""
        return f"python -m flows.render_broll --job '{json.dumps(self.job)}' --out out/"


def gallery_page(exhibits: Sequence[Exhibit]) -> str:
    """Return the gallery as HTML, which asks no server for anything."""
    page = Template(Path(__file__).with_name("gallery.html").read_text(encoding="utf-8"))
    broken = sum(not figure.holds for exhibit in exhibits for figure in exhibit.figures)
    count = sum(len(exhibit.figures) for exhibit in exhibits)
    return page.substitute(
        count="one template" if len(exhibits) == 1 else f"{len(exhibits)} templates",
        state="broken" if broken else "ok",
        figures=f"{broken} of {count} figures broken" if broken else f"all {count} figures hold",
        links="\n".join(
            f'<li><a href="#{_text(e.model.template)}">{_text(e.model.title)}</a></li>' for e in exhibits
        ),
        exhibits="\n".join(_article(exhibit) for exhibit in exhibits),
    )


def _article(exhibit: Exhibit) -> str:
    model = exhibit.model
    name, title = _text(model.template), _text(model.title)
    return f"""<article id="{name}" aria-labelledby="{name}-title">
<header><h2 id="{name}-title">{title}</h2><code>{name}</code><p>{_text(model.about)}</p></header>
<div class="pictures">
<figure class="poster"><a href="{_text(exhibit.poster)}"><img src="{_text(exhibit.poster)}"
 decoding="async" width="1920" height="1080" alt="{title}: a frame in full size"></a></figure>
<figure class="preview"><video src="{_text(exhibit.preview)}" muted loop playsinline preload="metadata"
 width="480" height="270" aria-label="{title}: a loop without a seam"></video>
<button type="button" aria-pressed="false">Play</button></figure>
<figure class="sheet"><a href="{_text(exhibit.sheet)}"><img src="{_text(exhibit.sheet)}"
 alt="{title}: frames of the loop in order"></a></figure>
</div>
<div class="facts">
<section><h3>Measured</h3><table><thead><tr><th scope="col">Figure</th><th scope="col">Found</th>
<th scope="col">Wanted</th><th scope="col"><span class="hidden">Verdict</span></th></tr></thead>
<tbody>{"".join(map(_figure_row, exhibit.figures))}</tbody></table></section>
<section><h3>Parameters</h3><table><thead><tr><th scope="col">Parameter</th><th scope="col">Can be</th>
<th scope="col">By default</th></tr></thead><tbody>{"".join(_parameter_rows(model))}</tbody></table></section>
</div>
<pre tabindex="0" aria-label="The command that made the preview"><code>{_text(exhibit.command)}</code></pre>
</article>"""


def _figure_row(figure: Figure) -> str:
    verdict = "ok" if figure.holds else "broken"
    return (
        f'<tr><th scope="row">{_text(figure.name)}</th><td>{_text(figure.found)}</td>'
        f'<td>{_text(figure.wanted)}</td><td class="{verdict}">{verdict}</td></tr>'
    )


def _parameter_rows(model: type[TemplateParameters]) -> Iterator[str]:
    for name, field in model.model_json_schema()["properties"].items():
        default = field.get("default")
        yield (
            f'<tr><th scope="row"><code>{_text(name)}</code><p>{_text(field.get("description", ""))}</p></th>'
            f"<td>{_text(bounds_of(field))}</td><td>{_text(_said(default))}</td></tr>"
        )


def bounds_of(field: Mapping[str, Any]) -> str:
    """Return what a parameter can be, in words, from its JSON schema."""
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    if "const" in field:
        return str(field["const"])
    if field.get("type") == "boolean":
        return "yes or no"
    if field.get("type") == "string":
        return "#rrggbb" if "fA-F" in field.get("pattern", "") else "text"
    kind = "whole numbers " if field.get("type") == "integer" else ""
    said = [words.format(f"{field[bound]:g}") for bound, words in BOUNDS if bound in field]
    return kind + " ".join(said)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _text(value: str) -> str:
    return html.escape(value, quote=True)
