"""Keep the HTTP library from telling what it reads."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

TALKATIVE = ("httpcore.connection", "httpcore.http11")


class NamesOnly(logging.Filter):
    """Leaves of httpcore's debug lines what happened, not with which headers: a redirect's carry tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the record's message after its first word."""
        record.msg = str(record.msg).partition(" ")[0]
        return True


@contextmanager
def quiet() -> Iterator[None]:
    """Log no headers within the block."""
    names_only = NamesOnly()
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(names_only)
    try:
        yield
    finally:
        for name in TALKATIVE:
            logging.getLogger(name).removeFilter(names_only)
