"""Print what a flow run gave, as anybody on another machine reads it: `result_of_a_run.py ID`."""

import sys
from uuid import UUID

from prefect.client.orchestration import get_client

from media.manifest import Result

if __name__ == "__main__":
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(UUID(sys.argv[1])).state
    assert state
    given = state.result(_sync=True)  # of a flow, Prefect reads JSON back without its class
    sys.stdout.write(f"{Result.model_validate(given)!r}\n")
