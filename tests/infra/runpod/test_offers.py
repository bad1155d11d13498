"""Which offers answer an order, and what is refused before anything is rented."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from infra.rental.errors import AccountRefused, OrderRefused
from infra.rental.machine import Offer
from infra.runpod.catalog import FRESH, REFUSED
from tests.infra.runpod.scripted import GPU, NOW, OTHER, gpu_type, order, problem


def offers(runpod, **terms):
    return asyncio.run(runpod.provider().offers(order(**terms)))


def told(runpod, **terms):
    return [(one.kind, one.market, one.place, str(one.usd_per_hour)) for one in offers(runpod, **terms)]


def test_named_types_come_in_the_order_given(runpod):
    assert told(runpod, gpu_types=(GPU, OTHER)) == [
        (GPU, "SECURE", "", "0.44"),
        (OTHER, "SECURE", "", "0.35"),
    ]


def test_short_name_is_understood(runpod):
    assert told(runpod, gpu_types=("RTX 4090",)) == [(GPU, "SECURE", "", "0.44")]


def test_without_names_the_cheapest_that_is_large_enough_comes_first(runpod):
    runpod.contents["/catalog/gpus"]["gpus"] += [
        gpu_type("small", 0.1, memory=16),
        gpu_type("sold out", 0.2, availability="NONE"),
        gpu_type("nowhere", None),
    ]

    found = told(runpod, gpu_types=(), min_gpu_memory_gb=24)

    assert found == [(OTHER, "SECURE", "", "0.35"), (GPU, "SECURE", "", "0.44")]


def test_run_that_needs_more_gpu_memory_is_offered_no_smaller_gpu(runpod):
    runpod.contents["/catalog/gpus"]["gpus"] += [gpu_type("huge", 2.5, memory=80)]
    asked = order(gpu_types=(), min_gpu_memory_gb=16).needing(27)

    found = asyncio.run(runpod.provider().offers(asked))

    assert [one.kind for one in found] == [OTHER, "huge"]


def test_need_for_less_than_was_asked_for_changes_nothing():
    asked = order(gpu_types=(), min_gpu_memory_gb=48)

    assert asked.needing(27) == asked


def test_named_types_that_are_all_too_small_are_refused_before_anything_is_rented(runpod):
    with pytest.raises(OrderRefused, match="27 GB each"):
        asyncio.run(runpod.provider().offers(order(gpu_types=(GPU,)).needing(27)))


def test_machine_without_a_gpu_needs_no_memory_of_one():
    asked = order(gpu_types=(), cpu_flavors=("cpu5c",))

    assert asked.needing(27) == asked


def test_clouds_come_in_the_order_given_and_community_may_vanish(runpod):
    found = offers(runpod, clouds=("COMMUNITY", "SECURE"))

    assert [(one.market, one.may_vanish) for one in found] == [("COMMUNITY", True), ("SECURE", False)]
    assert [str(one.usd_per_hour) for one in found] == ["0.31", "0.44"]


def test_price_and_cap_are_of_the_whole_machine(runpod):
    assert told(runpod, gpu_count=2, usd_per_hour=Decimal("0.88")) == [(GPU, "SECURE", "", "0.88")]
    with pytest.raises(OrderRefused):
        offers(runpod, gpu_count=2, usd_per_hour=Decimal("0.87"))


def test_named_type_that_is_sold_out_comes_last(runpod):
    runpod.contents["/catalog/gpus"]["gpus"][0]["availability"] = "NONE"

    assert [one.kind for one in offers(runpod, gpu_types=(GPU, OTHER))] == [OTHER, GPU]


def test_each_data_centre_is_an_offer_and_where_none_are_left_comes_last(runpod):
    found = offers(runpod, data_centers=("EU-RO-1", "US-KS-2"))

    assert [one.place for one in found] == ["US-KS-2", "EU-RO-1"]


def test_volume_pins_the_data_centre(runpod):
    assert [one.place for one in offers(runpod, volume_id="vol1")] == ["EU-RO-1"]


def test_catalogue_is_asked_for_exactly_what_is_ordered(runpod):
    offers(runpod, gpu_count=2, min_cuda_version="12.4", clouds=("SECURE", "COMMUNITY"))

    asked = [dict(one.url.params) for one in runpod.asked if one.url.path.endswith("/gpus")]
    common = {"include": "AVAILABILITY", "product": "POD", "count": "2", "minCudaVersion": "12.4"}
    assert asked == [{**common, "cloud": "SECURE"}, {**common, "cloud": "COMMUNITY"}]


def test_runs_that_are_due_together_ask_the_catalogue_once_and_one_after_a_while_asks_again(runpod):
    at = NOW
    provider = runpod.provider(now=lambda: at)

    async def ask() -> list[Offer]:
        return [*await provider.offers(order())]

    found = [asyncio.run(ask()), asyncio.run(ask())]
    at += FRESH + timedelta(seconds=1)
    found.append(asyncio.run(ask()))

    assert runpod.count("GET /catalog/gpus") == 2
    assert found[0] == found[1] == found[2]


def test_runs_that_are_refused_together_ask_the_catalogue_once_and_one_after_a_moment_asks_again(runpod):
    at = NOW
    provider = runpod.provider(now=lambda: at)
    runpod.befall("GET /catalog/gpus", problem(401, "invalid bearer token"))
    for _ in range(2):
        with pytest.raises(AccountRefused, match="invalid bearer token"):
            asyncio.run(provider.offers(order()))
    assert runpod.count("GET /catalog/gpus") == 1
    at += REFUSED

    assert asyncio.run(provider.offers(order()))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            {"gpu_types": ("NVIDIA RTX 4090",)},
            "GPU type NVIDIA RTX 4090: .*did you mean NVIDIA GeForce RTX 4090",
        ),
        ({"gpu_types": ("zzz",)}, "GPU type zzz: .*look it up"),
        ({"data_centers": ("US-KS-3",)}, r"data centre US-KS-3: .*did you mean US-KS-2"),
        ({"volume_id": "vol2"}, "network volume vol2: .*did you mean vol1"),
        ({"volume_id": "vol1", "data_centers": ("US-KS-2",)}, "expected it in US-KS-2, found it in EU-RO-1"),
        ({"registry": "exmple"}, "registry credentials exmple: .*did you mean example"),
        (
            {"usd_per_hour": Decimal("0.4")},
            r"\$0.4 .*cheapest to be NVIDIA GeForce RTX 4090 SECURE at \$0.44",
        ),
        ({"gpu_types": (), "usd_per_hour": Decimal("0.1")}, r"NVIDIA A40 SECURE at \$0.35"),
        ({"min_gpu_memory_gb": 48}, "48 GB each"),
        ({"gpu_count": 9}, "expected 9 of them"),
        ({"gpu_types": (OTHER,), "clouds": ("COMMUNITY",)}, "of COMMUNITY, found none"),
    ],
)
def test_order_that_nothing_could_answer_is_refused_before_anything_is_rented(terms, said, runpod):
    with pytest.raises(OrderRefused, match=said):
        offers(runpod, **terms)

    assert {one.method for one in runpod.asked} == {"GET"}


def flavor(cpu_id, **terms):
    given = {
        "id": cpu_id,
        "name": "Compute-Optimized",
        "group": "Gen 5",
        "vcpu": {"min": 2, "max": 32},
        "ramGbPerVcpu": 2.5,
        "price": {"securePerVcpu": 0.04, "serverlessPerVcpu": 0.03},
        "availability": "LOW",
    }
    return {**given, **terms}


@pytest.fixture
def cpus(runpod):
    runpod.contents["/catalog/cpus"] = {"cpus": [flavor("cpu3c"), flavor("cpu5c", vcpu={"min": 2, "max": 4})]}
    return runpod


def test_flavours_come_in_the_order_given_at_the_price_of_all_vcpus(cpus):
    found = told(cpus, gpu_types=(), cpu_flavors=("cpu5c", "cpu3c"), vcpu_count=4)

    assert found == [("cpu5c", "SECURE", "", "0.16"), ("cpu3c", "SECURE", "", "0.16")]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"cpu_flavors": ("cpu3",)}, "CPU flavour cpu3: .*did you mean cpu3c"),
        ({"cpu_flavors": ("cpu5c",), "vcpu_count": 8}, "8 vCPUs: .*at most 4"),
        ({"cpu_flavors": ("cpu5c",), "usd_per_hour": Decimal("0.1")}, r"cpu5c SECURE at \$0.16"),
    ],
)
def test_cpus_that_cannot_be_had_are_refused(terms, said, cpus):
    with pytest.raises(OrderRefused, match=said):
        offers(cpus, gpu_types=(), **terms)
