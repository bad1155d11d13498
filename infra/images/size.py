"""Say how large an image is and what fills it: `python -m infra.images.size IMAGE` (`make image-size`)."""

import sys
from collections.abc import Iterator

import docker
from docker.errors import DockerException

MIB = 1 << 20
WORTH_A_LINE = 20 * MIB
PACKAGES = "/opt/venv/lib/python3.11/site-packages"


def lines(image: str) -> Iterator[str]:
    """Yield the size of `image`, of its layers, and of the packages that fill the largest one.

    Raises:
        DockerException: No engine answers, or it has no such image.
    """
    client = docker.from_env()
    try:
        found = client.images.get(image)
        yield f"{_mib(found.attrs['Size'])}  {image}, unpacked"
        for layer in found.history():
            if layer["Size"] >= WORTH_A_LINE:
                yield f"{_mib(layer['Size'])}  layer: {_made_by(layer['CreatedBy'])}"
        argv = ["-c", f"du -sk {PACKAGES}/* | sort -rn | head -n 12"]
        asked = client.containers.run(image, argv, entrypoint="sh", remove=True, network_mode="none")
        for line in asked.decode().splitlines():
            size, _, path = line.partition("\t")
            yield f"{_mib(int(size) * 1024)}  package: {path.rpartition('/')[2]}"
    finally:
        client.close()


def _made_by(command: str) -> str:
    """Return the beginning of an instruction, without the shell that engines put before it."""
    words = [word for word in command.split() if word not in {"/bin/sh", "-c", "#(nop)"}]
    return " ".join(words)[:80] or "the base"


def _mib(size: int) -> str:
    return f"{size / MIB:7.0f} MiB"


def main() -> None:
    """Print the sizes of the image that is named; exits with 1 where there is none."""
    try:
        for line in lines(sys.argv[1]):
            sys.stdout.write(f"{line}\n")
    except DockerException as error:
        sys.exit(
            f"{sys.argv[1]}: expected a Docker engine that has this image, found none ({error}); `make image`"
        )


if __name__ == "__main__":
    main()
