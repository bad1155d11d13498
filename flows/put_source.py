"""Bring a file into the store: `python -m flows.put_source FILE` (`make put FILE=part.step`).

The last line of stdout is the address that every job takes as its source, `store:<sha256>/<name>`, alone. No
flow of Prefect's: an address with a secret in it, such as a presigned link, would be kept with the run.
"""

import argparse
import sys
from collections.abc import Sequence

from blocks.sources import open_access
from blocks.stores import open_store
from media.errors import MediaError
from media.staging import stage


def main(argv: Sequence[str] | None = None) -> None:
    """Store the file of the command line; exits with 1 and a sentence on a failure."""
    parser = argparse.ArgumentParser(prog="python -m flows.put_source", description="Store a source file.")
    parser.add_argument("file", help="a path, an https:// or s3:// address; a presigned link is fine")
    given = parser.parse_args(argv).file
    if not given:
        parser.error("expected a file, found none; say for example: make put FILE=part.step")
    try:
        address = stage(given, open_store(), open_access())
    except MediaError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.write(f"{address}\n")


if __name__ == "__main__":
    main()
