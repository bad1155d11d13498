"""Print which code this checkout is: `python -m infra.images.version`, for images and deployments of it."""

import sys
from pathlib import Path

from media.code_version import code_version

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print the version of the code around this module."""
    sys.stdout.write(f"{code_version(ROOT)}\n")


if __name__ == "__main__":
    main()
