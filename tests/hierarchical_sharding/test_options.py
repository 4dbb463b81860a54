"""The shardings that layers choose from: few are held of many, and none is missed."""

import dataclasses

import numpy as np
import pytest

import planner as pl
from planner.models.hierarchical_sharding.mixed import minima, why_no_mixed
from planner.models.hierarchical_sharding.options import class_options, option_count
from planner.models.hierarchical_sharding.samples import draw
from planner.models.hierarchical_sharding.skyline import skyline


@pytest.mark.parametrize("seed", range(40))
def test_options_left_out_are_never_the_cheapest(seed: int) -> None:
    """Under any prices the options that are held are as cheap as all of them."""
    data = draw(np.random.default_rng(seed))
    data["policy"]["mixed"] = True
    view = dataclasses.replace(pl.load(data).view, communicators=None)
    # So many groups are no limit, but for them every option is held.
    free = dataclasses.replace(view, communicators=1_000)
    priced = np.random.default_rng(seed).exponential(size=(4, 50)) ** 3
    priced[3] *= 1e-9
    for layer in view.layers:
        few, every = class_options(view, layer), class_options(free, layer)
        assert len(few) <= len(every)
        np.testing.assert_allclose(minima(few, priced), minima(every, priced), rtol=1e-13)


def test_blocks_are_reduced_before_they_are_joined(build, hierarchy) -> None:
    """Of 590,625 shardings with and 80,000 without a second copy a few thousand are held."""
    levels = hierarchy((8, 450), (12, 400), (36, 3200), latency="9 us")
    view = build(levels, policy={"mixed": True}, limits={"memory": "60 GB"}).view
    assert option_count(view) == 590_625 + 80_000
    assert 100 < len(class_options(view, view.layers[0])) < 6_000


def test_four_classes_on_a_large_machine_are_searched(build, hierarchy) -> None:
    """Four classes on 8 x 12 x 36 devices are not too many, with a limit on groups or without."""
    levels = hierarchy((8, 450), (12, 400), (36, 3200))
    classes = [{"name": name, "count": 2, "parameters": 1e9} for name in "abcd"]
    fields = {"model": {"classes": classes}, "policy": {"mixed": True}}
    assert why_no_mixed(build(levels, **fields).view) is None
    assert why_no_mixed(build(levels, **fields, limits={"communicators": 4}).view) is None
    more = hierarchy((8, 450), (12, 400), (36, 3200), (4, 100))
    limits = {"communicators": 4, "memory": "60 GB"}
    assert "shardings" in (why_no_mixed(build(more, **fields, limits=limits).view) or "")


@pytest.mark.parametrize("seed", range(20))
def test_skyline_equals_comparing_all_pairs(seed: int) -> None:
    """Rows stay if no other is as good in every column; of equal rows the first stays."""
    values = np.random.default_rng(seed).integers(0, 6, (400, 4)).astype(float)
    kept = [
        row
        for row, value in enumerate(values)
        if not any(
            (other <= value).all() and ((other < value).any() or place < row)
            for place, other in enumerate(values)
        )
    ]
    assert skyline(values).tolist() == kept
