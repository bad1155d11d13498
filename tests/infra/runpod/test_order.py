"""What may be asked of RunPod."""

from datetime import datetime

import pytest
from pydantic import ValidationError

from tests.infra.runpod.scripted import order


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"image": "ghcr.io/example/rendermill:4.5"}, "by digest"),
        ({"image": "ghcr.io/example/rendermill@sha256:ab"}, "by digest"),
        ({"image": " ", "allow_tags": True}, "expected an image, found none"),
        ({"cpu_flavors": ("cpu5c",)}, "found both"),
        ({"cpu_flavors": ("cpu5c",), "gpu_types": (), "vcpu_count": 6}, "power of two"),
        ({"cpu_flavors": ("cpu5c",), "gpu_types": (), "clouds": ("COMMUNITY",)}, "SECURE"),
        ({"clouds": ()}, "at least 1 item"),
        ({"until": datetime(2026, 6, 1)}, "with its zone"),  # noqa: DTZ001 - that is the point
        ({"env": {f"V{number}": "" for number in range(51)}}, "at most 50"),
        ({"env": {"A": "1"}, "secrets": {"A": "b"}}, "found it as both"),
        ({"env": {"RUNPOD_API_KEY": "x"}}, "key of its own"),
        ({"secrets": {"TOKEN": "a }} {{ b"}}, "pattern"),
        ({"volume_path": "relative"}, "pattern"),
        ({"ports": ("22",)}, "pattern"),
        ({"min_cuda_version": "12"}, "pattern"),
        ({"disk_gb": 10}, "greater than or equal to 20"),
    ],
)
def test_order_that_contradicts_itself_is_refused(terms, said):
    with pytest.raises(ValidationError, match=said):
        order(**terms)


def test_tag_is_accepted_if_asked_for():
    assert order(image="ghcr.io/example/rendermill:4.5", allow_tags=True).image.endswith(":4.5")
