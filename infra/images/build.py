"""Build the image as deployments do: `python -m infra.images.build --name NAME …` (`make image`)."""

import argparse
import sys

from infra.images.steps import build_image
from infra.images.version import ROOT
from media.code_version import code_version


def main() -> None:
    """Build what the command line says; prints the image's name last."""
    parser = argparse.ArgumentParser(prog="python -m infra.images.build")
    parser.add_argument("--name", default="rendermill", help="name of the image, without a tag")
    parser.add_argument("--target", choices=("cpu", "gpu"), default="cpu", help="where it is to run")
    parser.add_argument("--base", default="debian:bookworm-slim", help="a Debian 12 to begin with")
    parser.add_argument("--index-url", default="", help="package index instead of PyPI")
    parser.add_argument("--network", default="", help="network of the containers that build, such as host")
    said = parser.parse_args()
    tag = code_version(ROOT)
    build_image(
        name=said.name,
        tag=tag,
        target=said.target,
        base=said.base,
        index_url=said.index_url,
        network=said.network,
    )
    sys.stdout.write(f"{said.name}:{tag}\n")


if __name__ == "__main__":
    main()
