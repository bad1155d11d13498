"""The running Python as files that work in any folder: binary, standard library, launcher.

Works for a Python built with a shared libpython in a folder of its own and for Debian's, static one: the
layout below is the one from which the binary finds its standard library by itself. Only its shared libraries
need a word in the environment, which the launcher gives; and since our children are started with a clean
environment by `sys.executable`, that is the launcher too.
"""

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SERIES = f"python{sys.version_info.major}.{sys.version_info.minor}"
# Tests, graphical parts and the installer; site-packages travels by itself.
LEFT_OUT = {
    "__pycache__",
    "dist-packages",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "site-packages",
    "test",
    "tests",
    "tkinter",
    "turtledemo",
}
LAUNCHER = f"""#!/bin/sh
# Starts the Python beside it, whatever is installed on this machine.
case $0 in */*) here=${{0%/*}} ;; *) here=. ;; esac
here=$(CDPATH= cd -- "$here" && pwd -P)
LD_LIBRARY_PATH=$here/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}
PYTHONHOME=$here/python PYTHONPATH=$here/app:$here/site-packages PYTHONNOUSERSITE=1
export LD_LIBRARY_PATH PYTHONHOME PYTHONPATH PYTHONNOUSERSITE
exec "$here/python/bin/{SERIES}" "$@"
"""
SITECUSTOMIZE = '''"""Have children start through the launcher, which knows where the shared libraries lie."""

import os
import sys

sys.executable = os.path.join(os.path.dirname(sys.prefix), "python3")
'''


def binary() -> Path:
    """Return the real binary behind the running interpreter, outside any environment."""
    return Path(sysconfig.get_config_var("BINDIR") or sys.base_exec_prefix, SERIES).resolve()


def interpreter_files() -> Iterator[tuple[Path, Path]]:
    """Yield where each file of the interpreter lies, and its path below the folder `python`."""
    yield binary(), Path("bin", SERIES)
    library = Path(os.__file__).parent
    for folder, folders, files in os.walk(library):
        below = Path(folder).relative_to(library)
        folders[:] = sorted(
            name for name in folders if name not in LEFT_OUT and not name.startswith("config-")
        )
        for name in sorted(files):
            path = Path(folder, name)
            if name != "sitecustomize.py" and not name.startswith("_tkinter") and path.is_file():
                yield path, Path("lib", SERIES) / below / name
