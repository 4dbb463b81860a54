"""Share the traffic of pairs of leaves out between two groups of spines, and cut few pairs.

Pairs go whole to one group or the other by Euler splits, which is all but even at every leaf. What
is uneven is put right by a transportation problem: pairs change groups, in part where that has to
be, so that no leaf exceeds what either group takes from it or brings to it.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.edges.fraction import take_fraction
from planner.solvers.flow_splitting.linear.items import Items
from planner.solvers.flow_splitting.linear.slicing import slice_pairs

CANDIDATES = (16, 96)
"""Pairs per leaf that may change groups: first few, then more, and all in the end."""
SPARE = 0.5
"""Share of the spare room of a leaf that a cut had better leave to the cuts below it."""
_MOVE, _SPARE, _EXCESS = 1e-3, 0.1, 10.0
"""Costs of moves, of using spare room that had better be left, and of exceeding the room."""
_ROUNDING, _NO_EXCESS, _ALL = 1e-12, 1e-9, 1e-9
_OPTIONS = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}


@dataclass(frozen=True, eq=False)
class Side:
    """What a group of spines takes."""

    up: FloatArray
    """Room[leaf] of traffic from each leaf."""
    down: FloatArray
    """Room[leaf] of traffic to each leaf."""
    width: FloatArray
    """Room[pair] on the paths of each pair, if no other pair took any."""


def share_out(
    pairs: Items, first: Side, second: Side, run: Run, *, whole: bool, hasty: bool
) -> FloatArray:
    """Return how much of each pair the first group takes; the second takes the rest.

    Parameters
    ----------
    pairs
        Traffic of each pair of leaves. Each pair finds room in one of the groups at least.
    whole
        Whether sizes and rooms are whole numbers, and the answer is to be.
    hasty
        Whether to do without an LP, as also when the run has to stop.
    """
    is_hasty = hasty or run.stopping() is not None
    if is_hasty and not whole:
        return slice_pairs(pairs, first.width, second.width)
    low, high = _range(pairs.size, first.width, second.width, whole=whole)
    room = float(first.up.sum() + first.down.sum())
    share = room / (room + float(second.up.sum() + second.down.sum()))
    is_first = take_fraction(pairs.source, pairs.target, high - low, share)
    taken = np.where(is_first, high, low)
    if is_hasty:
        return taken
    limits = [
        _limits(sum_by(end, pairs.size, len(own)), own, other, whole=whole)
        for end, own, other in (
            (pairs.source, first.up, second.up),
            (pairs.target, first.down, second.down),
        )
    ]
    need = _Need(*(np.concatenate(column) for column in zip(*limits, strict=True)))
    nodes = np.stack([pairs.source, pairs.target + len(first.up)])
    taken = _put_right(nodes, taken, np.where(is_first, low, high), need, run)
    return np.asarray(np.rint(taken) if whole else taken)


def _range(
    size: FloatArray, first: FloatArray, second: FloatArray, *, whole: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the most of each pair that the first group may take.

    The paths of a pair that has more traffic than room are stretched alike.
    """
    stretch = np.maximum(1.0, size / (first + second))
    low, high = np.maximum(0.0, size - second * stretch), np.minimum(size, first * stretch)
    if whole:
        low, high = np.ceil(low - _ROUNDING * size), np.floor(high + _ROUNDING * size)
    # Rounding leads nothing to where there is no path.
    low = np.where(first == 0, 0.0, np.where(second == 0, size, low))
    return low, np.where(first == 0, 0.0, np.maximum(low, high))


@dataclass(frozen=True, eq=False)
class _Need:
    """Limits of what the first group takes of the traffic of each leaf, sending leaves first."""

    least: FloatArray
    better_least: FloatArray
    """As `least`, but with room to spare for the cuts to come."""
    better_most: FloatArray
    most: FloatArray
    room: FloatArray
    """What both groups take of each leaf."""


def _limits(
    load: FloatArray, first: FloatArray, second: FloatArray, *, whole: bool
) -> tuple[FloatArray, ...]:
    """Return the columns of `_Need` for leaves with this load and the room of either group."""
    room = first + second
    even = np.divide(load * first, room, out=np.zeros_like(load), where=room > 0)
    # A leaf with more load than room overloads both groups alike.
    is_over = load > room
    least = np.where(is_over, even, np.minimum(np.maximum(load - second, 0.0), even))
    most = np.where(is_over, even, np.maximum(np.minimum(load, first), even))
    low, high = even + (least - even) * SPARE, even + (most - even) * SPARE
    if whole:
        least = np.where(is_over, np.floor(least), np.ceil(least))
        most = np.where(is_over, np.ceil(most), np.floor(most))
        low = np.clip(np.floor(low), least, most)
        high = np.clip(np.ceil(high), least, most)
    return least, low, high, most, room


def _put_right(
    nodes: IntArray, taken: FloatArray, other: FloatArray, need: _Need, run: Run
) -> FloatArray:
    """Move pairs from `taken` towards `other` until every leaf is within its limits."""
    leaves = len(need.least)
    load = sum_by(nodes[0], taken, leaves) + sum_by(nodes[1], taken, leaves)
    slack = _ROUNDING * need.room
    if ((load >= need.better_least - slack) & (load <= need.better_most + slack)).all():
        return taken
    move = other - taken
    movable = np.flatnonzero(move)
    for most in (*CANDIDATES, len(move)):
        pair = _some(nodes, movable, most)
        moved, excess = _move(nodes[:, pair], move[pair], load, need, run)
        if excess <= _NO_EXCESS or len(pair) == len(movable):
            break
    result = taken.copy()
    result[pair] += moved
    return result


def _move(
    nodes: IntArray, move: FloatArray, load: FloatArray, need: _Need, run: Run
) -> tuple[FloatArray, float]:
    """Return how far to move each pair, from 0 to `move`, and the excess that is left.

    The excess is relative to the largest move. Basic solutions move all but a few pairs either not
    at all or all the way.
    """
    from scipy.sparse import csr_matrix, hstack, identity

    from planner.solvers.engines.highs import solve_lp

    count, leaves = len(move), len(load)
    reach = np.abs(move)
    unit = float(reach.max(initial=0.0)) or 1.0
    moves = csr_matrix(
        (np.tile(np.sign(move), 2), (nodes.ravel(), np.tile(np.arange(count), 2))),
        shape=(leaves, count),
    )
    one = identity(leaves, format="csr")
    # Beyond the better limits up to the limits, and beyond these: above, then below.
    spare = need.most - need.better_most, need.better_least - need.least
    beyond = np.full(leaves, np.inf)
    upper = np.concatenate([reach, spare[0], beyond, spare[1], beyond]) / unit
    weight = np.divide(unit, need.room, out=np.ones(leaves), where=need.room > 0)
    weight /= weight.max()
    cost = np.concatenate([np.full(count, _MOVE), *([_SPARE * weight, _EXCESS + weight] * 2)])
    outcome = solve_lp(
        cost,
        hstack([moves, -one, -one, one, one], format="csr"),
        (need.better_least - load) / unit,
        (need.better_most - load) / unit,
        np.zeros(len(cost)),
        upper,
        run=run,
        method="simplex",
        crossover=False,
        options=_OPTIONS,
    )
    if outcome.values is None:
        return np.zeros(count), np.inf
    moved = outcome.values[:count] * unit
    # What moves all the way, or not at all, does so exactly.
    moved[moved <= _ALL * reach] = 0.0
    moved = np.where(moved >= reach * (1 - _ALL), reach, moved)
    excess = outcome.values[count:].reshape(4, leaves)
    return np.sign(move) * moved, float(excess[1].max() + excess[3].max())


def _some(nodes: IntArray, pair: IntArray, most: int) -> IntArray:
    """Return `most` pairs for every sending leaf, in the mean, or all pairs if there are fewer."""
    wanted = most * len(np.unique(nodes[0, pair]))
    if len(pair) <= wanted:
        return pair
    return np.random.default_rng(len(pair)).choice(pair, wanted, replace=False)
