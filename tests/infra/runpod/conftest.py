import pytest

from tests.fakes.runpod.client import Client
from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud
from tests.infra.runpod.scripted import GPU, OTHER, Scripted, gpu_type


@pytest.fixture
def runpod() -> Scripted:
    """An account with nothing in it, and a catalogue of two GPU types."""
    scripted = Scripted()
    scripted.contents["/catalog/gpus"] = {
        "gpus": [gpu_type(GPU, 0.44, 0.31), gpu_type(OTHER, 0.35, memory=48)]
    }
    scripted.contents["/catalog/datacenters"] = {"dataCenters": [{"id": "US-KS-2"}, {"id": "EU-RO-1"}]}
    scripted.contents["/registries"] = {"registries": [{"id": "reg1", "name": "example"}]}
    scripted.contents["/network-volumes"] = {
        "networkVolumes": [{"id": "vol1", "name": "kernels", "size": 50, "dataCenter": "EU-RO-1"}]
    }
    return scripted


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def cloud(clock) -> Cloud:
    return Cloud(clock)


@pytest.fixture
def client(cloud, clock) -> Client:
    return Client(cloud, clock)
