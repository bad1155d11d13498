"""The header by which a link names the file it is saved as."""

import unicodedata
from urllib.parse import quote

ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"
LONGEST_NAME = 200


def attachment(name: str) -> str:
    """Return a Content-Disposition that saves under `name` (RFC 6266), with a plain name for old readers."""
    name = _without(name, "/\\")[-LONGEST_NAME:]
    # Taking letters apart makes such signs anew, as of a full-width backslash or of ℀.
    plain = _without(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode(), '/\\"%')
    if not plain.partition(".")[0]:
        plain = f"download{plain}"
    coded = quote(name if name.partition(".")[0] else plain, safe=ATTRIBUTE_CHARACTERS)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"


def _without(name: str, signs: str) -> str:
    """Return a name in one line with an underscore for each of `signs`, and no blank or dot at its end."""
    return "".join("_" if c in signs else c for c in name if c.isprintable()).lstrip().rstrip(" .")
