"""Render the example bearing: `python examples/demo.py FOLDER` writes it, a still and a turntable there.

The same as `python -m flows.render_still …`, then `python -m flows.render_turntable …`, but in one process,
so that one temporary Prefect server serves both. The last line of stdout is the path of the turntable's
manifest.
"""

import json
import subprocess
import sys
from pathlib import Path

STILL = {"width": 1280, "height": 960, "samples": 32}
TURNTABLE = {"width": 640, "height": 640, "samples": 32, "frames": 24, "fps": 24}


def main(folder: Path) -> None:
    """Write the bearing, then render it."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "bearing.step"
    bearing = Path(__file__).with_name("bearing.py")
    with subprocess.Popen([sys.executable, bearing, source], stdout=sys.stderr) as writing:
        # Both take seconds, so Prefect is started while the bearing is written.
        from prefect.client.orchestration import get_client  # noqa: PLC0415

        from flows.command_line import main as run  # noqa: PLC0415
        from flows.render_still import render_still  # noqa: PLC0415
        from flows.render_turntable import render_turntable  # noqa: PLC0415
        from media.job import StillJob, TurntableJob  # noqa: PLC0415

        with get_client(sync_client=True) as server:
            server.api_healthcheck()
    if writing.returncode:
        sys.exit(writing.returncode)
    run(render_still, StillJob, ["--job", json.dumps({"source": str(source), **STILL}), "--out", str(folder)])
    turntable = json.dumps({"source": str(source), **TURNTABLE})
    run(render_turntable, TurntableJob, ["--job", turntable, "--out", str(folder)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
