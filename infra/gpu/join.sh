#!/bin/sh
# Check the pieces beside this script and unpack them: sh join.sh [FOLDER]
# Needs a POSIX shell, tar, gzip and sha256sum, no network and no Python: it brings its own.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
to=${1:-$here/unpacked}
mkdir -p "$to"
to=$(CDPATH= cd -- "$to" && pwd)
cd "$here"
sha256sum -c SHA256SUMS >&2 || {
	echo "join.sh: a piece is missing or damaged (above); copy it again" >&2
	exit 1
}
gzip -dc python.tar.gz | tar -xf - -C "$to"
cat packages.tar.xz.* | "$to/python3" -c '
import lzma, sys, tarfile
with lzma.open(sys.stdin.buffer) as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
    archive.extractall(sys.argv[1])
' "$to"
echo "$to"
