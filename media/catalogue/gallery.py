"""The gallery of a catalogue: one page with every picture in it, which needs no server and no other file."""

import base64
import html
import io
import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template

from PIL import Image

from media.catalogue.index import Entry, Index
from media.store import Missing, ObjectStore
from media.store.keys import key_for
from media.store.protocol import StoredWrong

logger = logging.getLogger(__name__)

PAGE = Template((Path(__file__).with_name("gallery.html")).read_text(encoding="utf-8"))
THUMBNAIL_SIDE = 320
QUALITY = 72
AT_A_TIME = 8


def gallery_page(index: Index, title: str, store: ObjectStore) -> str:
    """Return the gallery as HTML.

    Args:
        index: What is finished, and what is not.
        title: What the catalogue is called.
        store: Where the posters lie.
    """
    with ThreadPoolExecutor(AT_A_TIME) as several:
        thumbnails = several.map(lambda entry: thumbnail(entry, store), index.pictures)
        cards = [_card(entry, data) for entry, data in zip(index.pictures, thumbnails, strict=True)]
    products = len({entry.product for entry in index.pictures})
    return PAGE.substitute(
        title=html.escape(title),
        pictures=len(index.pictures),
        products=products,
        cards="\n".join(cards),
        problems=_problems(index),
    )


def thumbnail(entry: Entry, store: ObjectStore) -> bytes | None:
    """Return a small WebP of a picture, made of its poster once; None if it has none."""
    if not entry.poster:
        return None
    key = key_for("previews", entry.poster.split("/")[2], "thumbnail.webp")
    try:
        return store.get(key)
    except (Missing, StoredWrong):
        pass
    try:
        small = _small(store.get(entry.poster))
    except Missing:  # its picture is being made again, or was deleted by hand
        return None
    except (StoredWrong, OSError, SyntaxError, ValueError) as error:
        logger.warning("%s: expected a poster, found it damaged (%s); delete it", entry.poster, error)
        return None
    store.put(key, small)
    return small


def _small(poster: bytes) -> bytes:
    with Image.open(io.BytesIO(poster), formats=["WEBP"]) as image:
        picture = image.convert("RGB")  # decodes all of it
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=4)
    return file.getvalue()


def _card(entry: Entry, data: bytes | None) -> str:
    product, output = html.escape(entry.product), html.escape(entry.output)
    if data:
        source = f"data:image/webp;base64,{base64.b64encode(data).decode()}"
        picture = f'<img loading="lazy" decoding="async" alt="{product}, {output}" src="{source}">'
    else:
        picture = '<span class="none">no preview</span>'
    facts = " · ".join(_facts(entry))
    return (
        f'<figure data-name="{html.escape(f"{entry.product} {entry.output}".lower(), quote=True)}">'
        f'<div class="frame">{picture}</div>'
        f"<figcaption><b>{product}</b><span>{output}</span><small>{facts}</small>"
        f'<code title="{html.escape(entry.uri, quote=True)}">'
        f'<bdi dir="ltr">{html.escape(entry.uri)}</bdi></code>'
        "</figcaption></figure>"
    )


def _facts(entry: Entry) -> Iterator[str]:
    yield f"{entry.width} &times; {entry.height}"
    if entry.noun == "turntable":
        yield "video"
    yield f"{entry.seconds:.1f} s"
    if entry.usd:
        yield f"${html.escape(entry.usd)}"


def _problems(index: Index) -> str:
    if not index.problems:
        return ""
    rows = "".join(_rows((one.place, one.product, one.reason) for one in index.problems))
    return (
        f"<section><h2>{len(index.problems)} not rendered</h2><table><thead><tr><th>Where</th>"
        f"<th>Product</th><th>Why</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _rows(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in rows:
        yield f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
