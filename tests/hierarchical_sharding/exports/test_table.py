"""The table of collectives: what runs when, in which groups, and that it adds up."""

import numpy as np
import pytest

from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.optimum import find_optimum
from planner.models.hierarchical_sharding.plan import MixedPlan, Sharding, Share
from planner.models.hierarchical_sharding.search import Space
from planner.models.hierarchical_sharding.table import collective_table

W1 = [(2, 100), (2, 20)]


def test_three_level_style_plan_of_w1(make, plan):
    """Weights over the pair, the rest over all: every row is checked by hand."""
    instance = make(W1, training={"microbatches": 4})
    table = collective_table(instance, plan((2, 1), (2, 1), (2, 2), (2, 2)))
    found = [(r.collective, r.operation, r.times, r.group_size, r.groups) for r in table.rows]
    assert found == [
        ("forward", "all_gather", 4, 2, 2),
        ("backward", "all_gather", 4, 2, 2),
        ("gradients", "reduce_scatter", 4, 4, 1),
        ("update", "all_gather", 1, 2, 2),
    ]
    gradients, update = table.rows[2:]
    # 2 GB over four devices: half of it inside the pair, half of the rest between pairs.
    assert gradients.device_bytes == pytest.approx((1e9, 0.5e9))
    assert gradients.unit_bytes == pytest.approx((1e9, 1e9))
    assert gradients.seconds == pytest.approx(0.06)
    assert update.device_bytes == pytest.approx((0.0, 0.5e9))
    assert update.seconds == pytest.approx(0.05)


def test_groups_are_told_once_with_their_users(make, plan):
    """Rank lists cover all devices; collectives of equal groups share them."""
    instance = make(W1, training={"microbatches": 4})
    table = collective_table(instance, plan((2, 1), (2, 1), (2, 2), (2, 2)))
    groups = [(group.used_by, group.ranks.tolist()) for group in table.groups]
    assert groups == [
        (("forward", "backward"), [[0, 1], [2, 3]]),
        (("gradients",), [[0, 1, 2, 3]]),
        (("update",), [[0, 2], [1, 3]]),
    ]
    assert [row.group for row in table.rows] == [0, 0, 1, 2]


@pytest.mark.parametrize("seed", range(8))
def test_rows_add_up_to_the_evaluation(make, seed):
    """Over random plans the rows give the communication time and the bytes of the evaluator."""
    rng = np.random.default_rng(seed)
    levels = [(int(rng.choice([2, 3, 4, 6])), float(rng.integers(10, 300))) for _ in range(3)]
    training = {"microbatches": int(rng.integers(1, 5))}
    instance = make(levels, parameters=1e8, training=training)
    space = Space(instance.view)
    plans = [space.plan(int(rng.integers(len(space.lattice))), space.variants[0]) for _ in range(5)]
    for chosen in plans:
        rows, metrics = collective_table(instance, chosen).rows, evaluate(instance, chosen).metrics
        total = sum(row.step_seconds for row in rows)
        assert total == pytest.approx(metrics["communication_time"], rel=1e-12)
        for name, key in (("device_bytes", "device_bytes"), ("unit_bytes", "unit_egress_bytes")):
            moved = sum((row.times * np.array(getattr(row, name)) for row in rows), np.zeros(3))
            assert moved == pytest.approx(metrics[key], rel=1e-12)


def test_calls_count_layers_and_buckets(make, plan):
    """A class of ten layers with three buckets each makes thirty calls per micro-batch."""
    classes = [{"name": "block", "count": 10, "parameters": 1e8, "buckets": 3}]
    instance = make(W1, model={"classes": classes}, training={"microbatches": 2})
    rows = collective_table(instance, plan(*[(2, 2)] * 4)).rows
    assert [(row.layer, row.layers, row.calls) for row in rows] == [("block", 10, 60)] * 3


def test_mixed_plans_have_rows_per_share(make):
    """Each share of a mixed plan has its own rows."""
    classes = [{"name": "block", "count": 10, "parameters": 1e8}]
    instance = make(W1, model={"classes": classes}, policy={"mixed": True})
    one, whole = (1, 1), (2, 2)
    shares = tuple(
        Share(
            layer="block",
            count=count,
            sharding=Sharding(parameters=p, secondary=p, gradients=p, optimizer=whole),
        )
        for count, p in ((4, one), (6, whole))
    )
    mixed = MixedPlan(shares=shares)
    rows = collective_table(instance, mixed).rows
    assert {(row.collective, row.layers) for row in rows} == {
        ("forward", 6),
        ("backward", 6),
        ("gradients", 6),
        ("sync", 4),
        ("update", 4),
    }
    total = sum(row.step_seconds for row in rows)
    assert total == pytest.approx(evaluate(instance, mixed).metrics["communication_time"])


def test_equal_groups_of_shares_are_told_once(make):
    """Groups that two shares reach from different shardings are the same groups."""
    classes = [{"name": "block", "count": 2, "parameters": 1e8}]
    levels = [(4, 100), (2, 50), (2, 20)]
    instance = make(levels, model={"classes": classes}, policy={"mixed": True})
    one, far, inner, both = (1, 1, 1), (1, 1, 2), (2, 1, 1), (2, 1, 2)
    shardings = [
        Sharding(parameters=far, secondary=far, gradients=far, optimizer=far),
        Sharding(parameters=one, secondary=one, gradients=inner, optimizer=both),
    ]
    shares = tuple(Share(layer="block", count=1, sharding=sharding) for sharding in shardings)
    table = collective_table(instance, MixedPlan(shares=shares))
    groups = [group.ranks.tolist() for group in table.groups]
    assert all(groups.count(group) == 1 for group in groups)
    (shared,) = [group for group in table.groups if group.ranks.tolist()[0] == [0, 8]]
    assert shared.used_by == ("forward", "backward", "gradients", "sync")


def test_one_device_communicates_nothing(make):
    """A machine of one device has neither rows nor groups."""
    instance = make([(1, 100)])
    found = find_optimum(instance.view)
    table = collective_table(instance, found.plan(found.place))
    assert table.rows == ()
    assert table.groups == ()
