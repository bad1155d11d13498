"""The proof of rendering on a run's page: a table with a row for each renderer."""

from collections.abc import Sequence

from prefect.artifacts import create_table_artifact

from media.frame_list import as_text
from media.proof import Proof
from media.proof_table import proof_table


def show_proofs(proofs: Sequence[Proof], numbers: Sequence[int], name: str) -> None:
    """Show what rendered frames.

    Args:
        proofs: Of renderers that rendered some of them.
        numbers: The frames.
        name: Tells this table from others.
    """
    of = f"frame{'s' * (len(numbers) > 1)} {as_text(numbers)}"
    create_table_artifact(
        table=proof_table(proofs, numbers),
        key=f"proof-{name}",
        description=(
            f"Proof of rendering of {of}, a row for each renderer. The bar is how busy the GPU was, a "
            "block a second; of a long chunk, 40 seconds from its middle."
        ),
    )
