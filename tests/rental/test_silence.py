"""A machine that hangs: it is there, it bills, and only its silence tells that nothing goes on any more."""

import pytest

from infra.work_pools.runpod import make_automation
from tests.rental.farm import farm

JOB = {"width": 48, "height": 48, "samples": 1, "frames": 4, "detail": "coarse"}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_run_whose_machine_hangs_is_noticed_by_its_silence_and_goes_on_elsewhere(tmp_path, bearing_step):
    with farm(tmp_path) as (made, bucket):
        make_automation(made.client)
        made.start_worker()
        run = made.submit(source=bucket.put(bearing_step), **JOB)
        pod = made.until_pod(run)
        made.until(run, "RUNNING")
        made.cloud.hang(pod.pod_id)
        made.until_pod(run, number=2)
        made.until(run, "COMPLETED")
        assert "crashed" in made.history(run).rental(1).why
        made.no_machine_is_left()
