"""The assignment is optimal, and its prices prove it."""

import itertools

import numpy as np
import pytest

import planner as pl
from planner.models.checkpoint_resharding.check import check_certificate
from planner.models.checkpoint_resharding.enumeration import optimum
from planner.models.checkpoint_resharding.evaluate import evaluate
from planner.models.checkpoint_resharding.instance import CheckpointResharding
from planner.models.checkpoint_resharding.overlaps import Overlaps
from planner.models.checkpoint_resharding.samples import draw
from planner.solvers.checkpoint_resharding.assignment import _dense, _sparse, solve
from planner.solvers.checkpoint_resharding.prices import dual_prices, simple_prices
from planner.solvers.contract import Run


def moved(instance: CheckpointResharding) -> float:
    """Solve, check plan and proof, and return the parameters moved."""
    answer = solve(instance, Run())
    evaluation = evaluate(instance, answer.plan)
    checked = check_certificate(instance, answer.certificate)
    assert evaluation.violations == ()
    assert checked.violations == ()
    assert evaluation.objective.value == answer.objective
    assert checked.bounds["moved_bytes"] == pytest.approx(answer.objective, rel=1e-12)
    return evaluation.objective.value / instance.state.bytes_per_parameter


def least_by_sets(instance: CheckpointResharding) -> int:
    """Return the fewest parameters moved by any placement, from sets of single parameters."""
    view = instance.view

    def numbers(ranges, owner):
        rows = np.flatnonzero(ranges.owner == owner)
        return {n for row in rows for n in range(ranges.start[row], ranges.stop[row])}

    wanted = [numbers(view.wanted, slot) for slot in range(view.slots)]
    held = [numbers(view.held, device) for device in view.new.tolist()]
    return min(
        sum(len(want - held[place]) for want, place in zip(wanted, order, strict=True))
        for order in itertools.permutations(range(len(held)), view.slots)
    )


def least_on_a_chain(parameters: int, old: int, new: int) -> int:
    """Return the fewest parameters moved between flat layouts on devices numbered alike.

    Along the parameters either the device or the shard changes at every cut. A table over whether
    the device and the shard at hand are taken finds the best matching.
    """
    first, second = -(-parameters // old), -(-parameters // new)
    cuts = {min(k * first, parameters) for k in range(old + 1)}
    cuts |= {min(k * second, parameters) for k in range(new + 1)}
    best = {(False, False): 0}
    at = (0, 0)
    for start, stop in itertools.pairwise(sorted(cuts)):
        here = (start // first, start // second)
        moved_on: dict[tuple[bool, bool], int] = {}
        for taken, kept in best.items():
            held = tuple(t and x == y for t, x, y in zip(taken, at, here, strict=True))
            moved_on[held] = max(kept, moved_on.get(held, 0))
        if here[0] < new and (False, False) in moved_on:
            both = moved_on[False, False] + stop - start
            moved_on[True, True] = max(both, moved_on.get((True, True), 0))
        best, at = moved_on, here
    return parameters - max(best.values())


@pytest.mark.parametrize("seed", range(150))
def test_random_instances_against_sets(seed: int) -> None:
    """Plan, bound and enumeration agree with a count of single parameters."""
    instance = pl.load(draw(np.random.default_rng(seed)))
    assert isinstance(instance, CheckpointResharding)
    if instance.view.slots > len(instance.view.new):
        assert solve(instance, Run()).infeasible
        assert optimum(instance) is None
        return
    least = least_by_sets(instance)
    assert moved(instance) == least
    assert optimum(instance) == least * instance.state.bytes_per_parameter


@pytest.mark.parametrize(
    ("old", "new"),
    [(2, 4), (2, 3), (3, 2), (7, 7), (5, 12), (12, 5), (64, 63), (63, 64), (500, 499), (300, 1000)],
)
def test_flat_layouts_against_a_chain(build, old: int, new: int) -> None:
    """Equal pieces are matched as well as a table along the chain of overlaps can."""
    instance = build(old, new, (old, new), parameters=997_013)
    assert moved(instance) == least_on_a_chain(997_013, old, new)


def test_two_to_four_moves_half(build) -> None:
    """Each old device keeps half of what it has: 6 of 12 bytes per parameter move."""
    instance = build(2, 4, (2, 4), parameters=1_000)
    assert solve(instance, Run()).objective == 6 * 1_000


@pytest.mark.parametrize("shards", [1, 2, 5, 64])
def test_same_layout_moves_nothing(build, shards: int) -> None:
    """N to N on the same devices moves nothing, in whatever order they are listed."""
    assert moved(build(shards, shards, (shards, shards), parameters=10_000)) == 0
    names = [f"gpu{k}" for k in range(shards)]
    assert moved(build(shards, shards, (names, names[::-1]), parameters=10_000)) == 0


def test_fresh_devices_get_everything(build) -> None:
    """Devices that hold nothing receive all copies."""
    new = {"kind": "flat", "shards": 2, "replicas": 2}
    assert moved(build(2, new, (["a", "b"], ["c", "d", "e", "f"]))) == 24


def test_dense_and_sparse_matchings_keep_the_same() -> None:
    """Both ways to match reach one sum, and prices add up to it."""
    rng = np.random.default_rng(7)
    for density in (0.05, 0.3, 1.0):
        table = rng.integers(1, 10**13, (60, 70)) * (rng.random((60, 70)) < density)
        overlaps = Overlaps(*np.nonzero(table), table[np.nonzero(table)])
        kept = []
        for method in (_dense, _sparse):
            match = method(overlaps, 60, 70)
            shards = np.flatnonzero(match >= 0)
            assert len(np.unique(match[shards])) == len(shards)
            shard, device = dual_prices(overlaps, match, 70)
            kept.append(int(table[shards, match[shards]].sum()))
            assert (shard[overlaps.slot] + device[overlaps.place] >= overlaps.amount).all()
            assert int(shard.sum()) + int(device.sum()) == kept[-1]
        assert kept[0] == kept[1]


def test_prices_cover_overlaps_of_any_matching() -> None:
    """A matching that is not optimal still gives prices that hold, only weaker ones."""
    table = np.array([[5, 9], [9, 2]])
    overlaps = Overlaps(*np.nonzero(table), table[np.nonzero(table)])
    shard, device = dual_prices(overlaps, np.array([0, 1]), 2)
    assert (shard >= 0).all()
    assert (device >= 0).all()
    assert (shard[overlaps.slot] + device[overlaps.place] >= overlaps.amount).all()
    assert shard.sum() + device.sum() >= 18


def test_simple_prices_take_the_better_side() -> None:
    """Two shards that want one device are bounded by the device."""
    overlaps = Overlaps(np.array([0, 1]), np.array([0, 0]), np.array([4, 6]))
    shard, device = simple_prices(overlaps, 2, 3)
    assert shard.tolist() == [0, 0]
    assert device.tolist() == [6, 0, 0]


@pytest.mark.parametrize(("per_node", "crossing"), [(2, 0), (1, 12)])
def test_holders_on_the_same_node_send_first(build, per_node: int, crossing: int) -> None:
    """Of two copies on two nodes, the one on the receiver's node is sent."""
    names = ["a0", "a1", "b0", "b1"]
    old = [(0, 0, 12), (2, 0, 12)]
    new = {"kind": "flat", "shards": 1, "replicas": 3}
    instance = build(old, new, (names, ["a0", "b0", "b1"]), nodes={"per_node": per_node})
    evaluation = evaluate(instance, solve(instance, Run()).plan)
    assert evaluation.objective.value == 12 * 12
    assert evaluation.metrics["between_nodes"] == crossing * 12


def test_sending_is_dealt_round_the_copies(build) -> None:
    """Two holders of everything share the sending to devices that hold nothing."""
    old = {"kind": "flat", "shards": 1, "replicas": 2}
    instance = build(old, 4, (["a", "b"], ["c", "d", "e", "f"]))
    evaluation = evaluate(instance, solve(instance, Run()).plan)
    assert evaluation.metrics["most_sent"] == 6 * 12


def test_copies_share_the_sending_of_single_pieces(build) -> None:
    """Two copies of one shard, of which only halves are wanted, send one half each."""
    old = {"kind": "flat", "shards": 1, "replicas": 2}
    instance = build(old, 2, (["a", "b"], ["c", "d"]))
    evaluation = evaluate(instance, solve(instance, Run()).plan)
    assert evaluation.metrics["most_sent"] == 6 * 12
