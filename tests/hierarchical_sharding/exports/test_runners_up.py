"""The front and the runner-ups, against looking at every plan in plain Python."""

import numpy as np
import pytest

from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.optimum import find_optimum
from planner.models.hierarchical_sharding.runners_up import MOST, WITHIN, landscape
from planner.models.hierarchical_sharding.search import Space


def test_front_of_w1(make):
    """The front with four micro-batches is the one worked out by hand."""
    seen = landscape(make([(2, 100), (2, 20)], training={"microbatches": 4}).view)
    points = [(round(c.memory / 1e9, 9), round(c.time, 9)) for c in seen.front]
    assert points == [(4, 0.72), (4.5, 0.37), (5, 0.22), (6, 0.15), (7, 0.12)]


def test_candidates_cost_what_they_say(make):
    """Every plan on the front and near the optimum evaluates to its memory and time."""
    instance = make([(4, 100), (6, 30)], limits={"memory": "6 GB"}, training={"microbatches": 2})
    seen = landscape(instance.view)
    assert len(seen.near) > 1
    for candidate in (*seen.front, *seen.near):
        time, memory = (found.value for found in evaluate(instance, candidate.plan).objectives)
        assert time == pytest.approx(candidate.time, rel=1e-9)
        assert memory == pytest.approx(candidate.memory, rel=1e-9)


@pytest.mark.parametrize("compute", [0, 30])
@pytest.mark.parametrize("seed", range(6))
def test_near_plans_equal_plain_search(make, seed, compute):
    """All distinct pairs of time and memory within 2 % of the best, and no others."""
    rng = np.random.default_rng(seed)
    levels = [(int(rng.choice([2, 4, 6])), float(rng.integers(50, 120))) for _ in range(2)]
    if seed % 2:
        # Equal rates per device at both levels: many plans agree in time and memory.
        levels[1] = (levels[1][0], levels[0][0] * levels[0][1])
    limit = {"memory": f"{rng.uniform(6, 14)} GB"}
    # With much to compute all plans take nearly the same time.
    training = {"microbatches": 2, "forward": f"{compute} s"}
    view = make(levels, limits=limit, training=training, objective="step_time").view
    seen, space = landscape(view), Space(view)
    pairs, plans = set(), 0
    for _, block in space.blocks():
        for variant in space.variants:
            memory, time = space.costs(block, variant)
            plans += int((memory <= view.memory).sum())
            pairs |= {
                (float(f"{t:.8g}"), float(f"{m:.8g}"))
                for m, t in zip(memory.tolist(), time.tolist(), strict=True)
                if m <= view.memory * (1 + 1e-9)
            }
    best = min(pairs)[0]
    expected = sorted(pair for pair in pairs if pair[0] <= best * (1 + WITHIN))
    assert len(pairs) < plans
    assert seen.near_count == len(expected)
    found = [(float(f"{c.time:.8g}"), float(f"{c.memory:.8g}")) for c in seen.near]
    assert found == expected[: MOST + 1]


def test_nothing_fits(make):
    """Without a plan that fits there are no runner-ups, but there is a front."""
    seen = landscape(make([(2, 100)], limits={"memory": "1 GB"}).view)
    assert seen.near == ()
    assert len(seen.front) == 2


def test_front_level_by_level(make, monkeypatch):
    """Where plans are too many to look at, memory and time of the front are still told."""
    from planner.models.hierarchical_sharding import optimum

    view = make([(2, 100), (2, 20)], limits={"memory": "5 GB"}, training={"microbatches": 4}).view
    each = landscape(view)
    monkeypatch.setattr(optimum, "MOST_PLANS", 1)
    seen = landscape(view)
    assert seen.near is None
    for one, other in zip(seen.front, each.front, strict=True):
        assert (one.memory, one.time) == pytest.approx((other.memory, other.time))
    assert [candidate.plan is not None for candidate in seen.front] == [0, 0, 1, 0, 0]
    assert seen.front[2].plan == find_optimum(view).plan(2)
