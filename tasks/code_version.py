"""A flow's first act: is the code on this machine the code that was deployed?"""

from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext

from media.code_version import PREFIX, code_version
from media.errors import ToolFailed

ROOT = Path(__file__).resolve().parents[1]


def expect_deployed_code() -> None:
    """Compare this code with what the run's deployment was made of.

    Deployments of another machine's image say their code as their version (prefect.yaml). The local ones run
    whatever is in their folder, and say nothing of ours; nor does a run without a deployment.

    Raises:
        ToolFailed: They differ.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None:
        return
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment(run.deployment_id)
    deployed = deployment.version or ""
    if deployed.startswith(PREFIX) and deployed != (found := code_version(ROOT)):
        raise ToolFailed(
            f"deployment {deployment.name}: expected {deployed}, found {found} in {ROOT}; build the image of "
            f"the code that is to run, and deploy it: `make deploy-{deployment.name}`"
        )
