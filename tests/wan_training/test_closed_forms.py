"""Closed forms agree with the simulation, and published figures come out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.models.wan_training.capacity import load_of
from planner.models.wan_training.closed_forms import (
    co2_utilisation,
    diloco_utilisation,
    dp_step_time,
)
from planner.models.wan_training.curve import curve_of
from planner.models.wan_training.figures import printed
from planner.models.wan_training.memory import memory_overhead
from planner.models.wan_training.variants import allowed_variants, family, plan_of

INSTANCES = Path(__file__).parents[2] / "instances" / "wan_training"


@pytest.mark.parametrize("layers", [1, 2, 3, 7])
@pytest.mark.parametrize("nodes", [0.1, 0.9, 1.0, 1.3, 1.99, 2.0, 2.5, 40.0])
def test_dp_and_diloco_have_closed_forms(make: Any, layers: int, nodes: float) -> None:
    """The three regimes of a layer's all-reduce, shorter and longer than one and two nodes."""
    instance = make(model__layers=layers, choices__fragment_layers=[1])
    time = instance.model.step_time
    transfer = layers * nodes * time / (3 * layers - 1)
    at = np.array([2 * instance.model.parameters / transfer])
    for name, expected in (
        ("dp", time / dp_step_time(layers, time, transfer)),
        ("diloco", diloco_utilisation(10, layers, time, transfer)),
    ):
        plan = plan_of(family(instance, name)[0], layers)
        assert float(curve_of(instance, plan)(at)[0]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("all_reduce", [0.1, 1.6999, 1.7, 1.7001, 30.0])
def test_co2_is_hidden_exactly_within_a_block(all_reduce: float) -> None:
    """Playing many blocks gives the closed form: full utilisation iff tau t_step >= T_AR."""
    block, clock, due = 10 * 0.17, 0.0, 0.0
    ends = []
    for _ in range(200):
        # A block ends when it is computed and the all-reduce of the block before is there.
        clock = max(clock + block, due)
        ends.append(clock)
        due = clock + all_reduce
    long_run = block * 198 / (ends[-1] - ends[1])
    found = float(co2_utilisation(10, 0.17, np.array([all_reduce]))[0])
    assert found == pytest.approx(long_run, rel=1e-12)
    assert (found == 1.0) == (all_reduce <= block)


def test_capacity_is_never_below_the_simulation(make: Any) -> None:
    """The bounding curve bounds every variant at every bandwidth, and tells something."""
    instance = make(link__latency="1 ms")
    points = np.geomspace(1e6, 1e11, 200)
    for variant in allowed_variants(instance):
        plan = plan_of(variant, 6)
        load = load_of(instance, plan)
        bound = np.array([load.utilisation(each) for each in points])
        assert (bound >= curve_of(instance, plan)(points)).all()
        assert bound[0] < 0.1
        least = load.bandwidth(0.9)
        assert load.utilisation(least) == pytest.approx(0.9, rel=1e-9)


def test_tables_print_as_published() -> None:
    """Two roundings, in floats: 0.954 prints as 0.9 and 323.746 as 323.8 (arXiv 2501.18512)."""
    figures = {0.954: 0.9, 323.746: 323.8, 86.851: 86.8, 6.2506: 6.2}
    assert {given: printed(given * 1e9 / 8) for given in figures} == figures


def test_memory_is_as_published(make: Any) -> None:
    """3 -> 5 copies is 66 % more; offloaded, a fragment of 100B costs 22.2 GB or 2 %."""
    hundred = {"model__layers": 108, "model__parameters": 1e11, "choices__fragment_layers": [3]}
    for offload, bytes_, ratio in ((False, 8e11, 2 / 3), (True, 22.2e9, 0.0185)):
        instance = make(**hundred, offload=offload)
        plan = plan_of(family(instance, "streaming")[0], 108)
        found = memory_overhead(instance, plan)
        assert found == pytest.approx(bytes_, rel=2e-3)
        assert pl.evaluate(instance, plan).metrics["memory_overhead_ratio"] == pytest.approx(
            ratio, rel=2e-3
        )
    assert memory_overhead(instance, plan_of(family(instance, "dp")[0], 108)) == 0.0


def test_fragments_are_strided_and_sent_in_turn(make: Any) -> None:
    """Fragment p of P holds the layers p, p + P, ... and is sent every period at p intervals."""
    instance = make(choices__fragment_layers=[2], choices__fragment_interval=[4])
    plan = plan_of(family(instance, "streaming")[0], 6)
    assert plan.fragment.tolist() == [0, 1, 2, 0, 1, 2]
    assert plan.send_step.tolist() == [10, 4, 8]
    even = make(choices__fragment_interval=[])
    assert plan_of(family(even, "streaming")[0], 6).send_step.tolist() == [10, 3, 6]


@pytest.mark.parametrize("model", ["1b", "10b", "100b"])
@pytest.mark.parametrize("steps", [25, 100])
def test_more_overlap_and_fewer_bits_never_need_more(model: str, steps: int) -> None:
    """Overlap after streaming, FP4 after overlap: each needs no more bandwidth than the last."""
    path = INSTANCES / f"streaming_diloco_{model}.yaml"
    changes = [f"choices.inner_steps=[{steps}]", "search.rule=continuous"]
    needed = [
        pl.solve(path, method, overrides=changes).value
        for method in ("dp", "diloco", "overlap", "fp4")
    ]
    assert None not in needed
    assert needed == sorted(needed, key=lambda value: -(value or 0.0))
