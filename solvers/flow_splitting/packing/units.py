"""Put links into groups, each with whole flows of one size, so that few flows are cut.

A group of b links that carries g flows needs g + b - 1 parts, so r flows on s links in K groups
need r + s - K parts. With equal links at perfect balance the most groups are gcd(r, s).
"""

import itertools
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.packing.cutting import wrap_around

STATES = 600
"""Sets of links, told apart by room only, up to which the grouping is exact."""
_FITS = 1 + 1e-12


def split_room(flows: int, room: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return how many whole flows each link takes, and what room is left beside them.

    `room` is what each link takes, in flows; in all at least `flows`, up to rounding. Without room
    to spare the links take exact shares of the flows: a remainder of one flow out of a million
    must not drown in rounding errors.
    """
    rooms, link = np.unique(room, return_inverse=True)
    exact = [Fraction(float(value)) for value in rooms]
    total = sum(value * int(times) for value, times in zip(exact, np.bincount(link), strict=True))
    if total <= flows * Fraction(_FITS):
        exact = [value * flows / total for value in exact]
    whole = [min(flows, int(value * Fraction(_FITS))) for value in exact]
    rest = [max(0.0, float(value - taken)) for value, taken in zip(exact, whole, strict=True)]
    return np.array(whole, dtype=np.int64)[link], np.array(rest)[link]


def cut_units(flows: int, room: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Cut `flows` flows of size 1 and fit them into bins that take them all together.

    Returns (flow, bin, amount) of each piece. The number of pieces is the least possible, unless
    the bins differ so much that there are more than `STATES` different sets of them.
    """
    groups = _group_bins(flows, room) if flows else []
    flow_group, bin_group, bins = [], [], []
    left = flows
    for number, (held, members) in enumerate(groups):
        take = min(held, left)
        left -= take
        flow_group += [number] * take
        if take:
            # Leave out bins that this many flows do not need.
            enough = int(np.searchsorted(np.cumsum(room[members]) * _FITS, take)) + 1
            bins += members[:enough].tolist()
            bin_group += [number] * min(enough, len(members))
    flow, bin_, amount = wrap_around(
        np.array(flow_group, dtype=np.int64),
        np.ones(len(flow_group)),
        np.array(bin_group, dtype=np.int64),
        room[bins],
    )
    return flow, np.array(bins, dtype=np.int64)[bin_], amount


def _group_bins(flows: int, room: FloatArray) -> list[tuple[int, IntArray]]:
    """Return groups of bins with the number of flows each holds, in all at least `flows`."""
    _, first, kind, counts = np.unique(
        np.round(room, 12), return_index=True, return_inverse=True, return_counts=True
    )
    rooms = room[first]
    if np.prod(counts + 1.0) > STATES:
        return [(flows, np.argsort(-room, kind="stable"))]
    kinds = np.stack(np.meshgrid(*[np.arange(count + 1) for count in counts], indexing="ij"), -1)
    whole = np.floor(kinds @ rooms * _FITS).astype(np.int64)
    # All bins together take all flows, whatever rounding says.
    whole.flat[-1] = max(flows, whole.flat[-1])
    members = [list(np.flatnonzero(kind == number)) for number in range(len(rooms))]
    groups = []
    for piece in _most_groups(flows, whole, counts):
        chosen = [members[number].pop() for number, times in enumerate(piece) for _ in range(times)]
        groups.append((int(whole[tuple(piece)]), np.array(chosen[::-1], dtype=np.int64)))
    return sorted(groups, key=lambda group: (group[0] == 0, len(group[1])))


def _most_groups(flows: int, whole: IntArray, counts: IntArray) -> list[IntArray]:
    """Return how many bins of each kind form each group, for the most groups that hold all flows.

    `whole` says how many flows a group takes. Dynamic programming over sets of bins: held[K][set]
    is the most flows that the set carries when it is split into K groups.
    """
    shape, whole = whole.shape, whole.copy()
    whole.flat[0] = _NONE
    held, choices = [whole], [np.zeros(shape, dtype=np.int64)]
    while len(held) < int(counts.sum()):
        better, choice = _with_one_more(held[-1], whole)
        if better.flat[-1] < flows:
            break
        held.append(better)
        choices.append(choice)
    groups, rest = [], counts.copy()
    for level in range(len(held) - 1, 0, -1):
        piece = np.array(np.unravel_index(choices[level][tuple(rest)], shape))
        groups.append(piece)
        rest = rest - piece
    return [*groups, rest]


_NONE = -(1 << 40)
"""Flows held by a group that does not exist."""


def _with_one_more(held: IntArray, whole: IntArray) -> tuple[IntArray, NDArray[np.int64]]:
    """Return the most flows held with one more group, and which group that is, by set of bins."""
    best = np.full(held.shape, 2 * _NONE)
    choice = np.zeros(held.shape, dtype=np.int64)
    for number, piece in enumerate(itertools.product(*map(range, held.shape))):
        if number == 0:
            continue
        target = tuple(slice(taken, None) for taken in piece)
        rest = tuple(
            slice(None, size - taken) for size, taken in zip(held.shape, piece, strict=True)
        )
        value = held[rest] + whole[piece]
        view = best[target]
        is_better = value > view
        view[is_better] = value[is_better]
        choice[target][is_better] = number
    return best, choice
