"""What tells two versions of a file on the web apart, and when a server's word for it can be relied on.

A version is what the very answer said that brought the bytes. It is never asked for in a question of its own:
a HEAD may be refused, a link may be signed for GET alone, and of two questions to a service of many machines
the second may reach one that still has the old bytes, under whose name they would be believed for ever.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from media.download.answer import NOT_MODIFIED, OK, Answer

STRONG = re.compile(r'"[!#-~]*"')  # in ASCII, as headers that we send are
WEAK = re.compile(r'W/"[!#-~]*"')
LONGEST_VERSION = 300  # it is kept for each file, and servers write it
SURE_AFTER = timedelta(seconds=60)


def version_in(headers: httpx.Headers) -> str:
    """Return the version that the headers of a 200 answer name, or nothing if they name none for sure.

    A strong ETag stands for the bytes. A weak one promises no more than the same meaning, so it counts only
    together with the length and a date, as do these without an ETag. Whatever else is said, a file that was
    changed less than a minute ago has no version yet: dates have whole seconds, and servers make ETags,
    strong ones too, of date and length.
    """
    etag, length, sure = (headers.get("etag", ""), headers.get("content-length", ""), sure_date(headers))
    if "last-modified" in headers and not sure:
        return ""
    if STRONG.fullmatch(etag):
        version = f"{etag} {length}"
    elif sure and length and (not etag or WEAK.fullmatch(etag)):
        version = f"{etag or '-'} {length} {sure}"
    else:
        return ""
    return version if len(version) <= LONGEST_VERSION else ""


def condition(version: str) -> dict[str, str]:
    """Return the headers that ask for a file unless it is of this version still; none where none are safe.

    Never If-Modified-Since: to many servers an older file that was put back is not modified since.
    """
    etag = version.partition(" ")[0]
    return {"If-None-Match": etag} if STRONG.fullmatch(etag) else {}


def is_still(version: str, answer: Answer) -> bool:
    """Tell by an answer's header whether the file is of this version still, so that its body is not needed.

    A server that knows no conditions sends all of the file; what it says of it is compared here.
    """
    if answer.status == NOT_MODIFIED:
        asked: Mapping[str, str] = condition(version)
        return bool(asked) and answer.headers.get("etag", asked["If-None-Match"]) == asked["If-None-Match"]
    return answer.status == OK and version_in(answer.headers) == version


def sure_date(headers: httpx.Headers) -> str:
    """Return Last-Modified if no second version can bear the same date (RFC 9110, 8.8.2.2)."""
    modified, now = _date(headers.get("last-modified", "")), _date(headers.get("date", ""))
    sure = modified and now and now - modified >= SURE_AFTER
    return headers["last-modified"] if sure and headers["last-modified"].isascii() else ""


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, LookupError, OverflowError):  # a year of twenty digits
        return None
    return date if date.tzinfo else None
