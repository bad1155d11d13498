"""Render the example catalogue twice: `python examples/catalogue_demo.py FOLDER` writes all of it there.

Between the two runs one product gets another colour and one another shape; the second run's log names exactly
these two. The last line of stdout is the path of the second run's manifest.
"""

import json
import subprocess
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Write the products, render them, change two, and render again."""
    write = [sys.executable, Path(__file__).with_name("catalogue_products.py"), folder]
    subprocess.run(write, check=True, stdout=subprocess.DEVNULL)

    from flows.command_line import main as run  # noqa: PLC0415 - Prefect takes seconds to import
    from flows.render_catalogue import render_catalogue  # noqa: PLC0415 - the same
    from media.catalogue.job import CatalogueJob  # noqa: PLC0415 - the same

    asked = ["--job", json.dumps({"orders": str(folder / "orders.yaml")})]
    run(render_catalogue, CatalogueJob, [*asked, "--out", str(folder / "first")])
    subprocess.run([*write, "--changed"], check=True, stdout=subprocess.DEVNULL)
    run(render_catalogue, CatalogueJob, [*asked, "--out", str(folder / "second")])


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
