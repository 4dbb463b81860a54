"""What users are warned of before they run a plan."""

import pytest

from planner.models.hierarchical_sharding.cautions import cautions

N, NODE = (4, 2), (4, 1)
LEVELS = [(4, 100), (2, 40)]


def _codes(instance, chosen):
    return [caution.code for caution in cautions(instance, chosen)]


@pytest.mark.parametrize(
    ("parameters", "bits", "expected"),
    [(64e6, 4, []), (63e6 + 4, 4, ["quantised-length"]), (63e6 + 4, 16, [])],
)
def test_quantised_shards_are_multiples_of_eight(make, plan, parameters, bits, expected):
    """Quantised shards of a length that is no multiple of 8 values are named."""
    instance = make(LEVELS, parameters=parameters, precision={"gradients": [16, 4]})
    assert _codes(instance, plan(N, N, N, N, gradients=bits)) == expected


def test_idle_collectives_do_not_count(make, plan):
    """Bits of a collective that never runs need no shards of any length."""
    instance = make(LEVELS, parameters=63e6 + 4, precision={"update": [16, 4], "sync": [16, 4]})
    assert _codes(instance, plan(N, N, N, N, update=4, sync=4)) == []


def test_24_devices_as_published(make, plan):
    """The case of DeepSpeed issue 4386: 24 devices cut a power of two into uneven shards."""
    instance = make([(8, 100), (3, 40)], parameters=2**20, precision={"gradients": [16, 4]})
    whole = (8, 3)
    assert _codes(instance, plan(*[whole] * 4, gradients=4)) == ["quantised-length"]


def test_second_copy_on_one_node(make, plan):
    """A second copy where all devices hang on one level is pointless."""
    instance = make([(8, 100), (1, 40)])
    codes = _codes(instance, plan((8, 1), (2, 1), (8, 1), (8, 1)))
    assert codes[0] == "copy-one-level"


@pytest.mark.parametrize(("microbatches", "time"), [(1, "0.13"), (4, "0.37")])
def test_dominated_copy_names_the_better_plan(make, plan, microbatches, time):
    """The plan without the wider copy of hpZ is at least as fast and smaller (4.5 for 5 GB)."""
    instance = make([(2, 100), (2, 20)], training={"microbatches": microbatches})
    (found,) = cautions(instance, plan((2, 2), (2, 1), (2, 2), (2, 2)))
    assert found.code == "copy-dominated"
    assert f"takes {time} s" in found.message
    assert "4.5 GB instead of 5 GB" in found.message


def test_plain_plans_have_none(make, plan):
    """ZeRO-3 and MiCS without quantisation give no cause for warnings."""
    instance = make(LEVELS)
    for vector in (N, NODE):
        assert _codes(instance, plan(*[vector] * 4)) == []
