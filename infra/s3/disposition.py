"""The header by which a link names the file it is saved as."""

import unicodedata
from urllib.parse import quote

ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"
LONGEST_NAME = 200


def attachment(name: str) -> str:
    """Return a Content-Disposition that saves under `name` (RFC 6266), with a plain name for old readers."""
    name = (
        "".join("_" if c in "/\\" else c for c in name if c.isprintable())
        .lstrip()
        .rstrip(" .")[-LONGEST_NAME:]
    )
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if c in '"%' else c for c in plain)
    if not plain.partition(".")[0]:
        plain = f"download{plain}"
    coded = quote(name if name.partition(".")[0] else plain, safe=ATTRIBUTE_CHARACTERS)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"
