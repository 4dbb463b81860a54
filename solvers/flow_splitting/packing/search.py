"""The least number of pieces in which a few flows fit into a few links, by search.

Draw pieces as edges between flows and links. A connected group of f flows and b links has at least
f + b - 1 pieces, and the wrap-around rule needs no more. So n flows on s links in K groups take
n + s - K pieces: the search looks for a partition of the links into as many groups as possible
whose flows can be packed whole into the groups. This contains bin packing, so it is NP-hard
(Yehezkely 2006); beyond a budget of steps the search gives up.
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray

BUDGET = 100_000
"""Steps of the search at most."""
_FITS = 1e-12

Groups = list[tuple[list[int], list[int]]]
"""Flows and links of each group."""


def fewest_pieces(size: FloatArray, room: FloatArray) -> Groups | None:
    """Return the flows and links of each group, or `None` when the search gave up.

    The links take all flows together.
    """
    budget = _Budget()
    rooms, kind, counts = np.unique(room, return_inverse=True, return_counts=True)
    order = np.argsort(-size, kind="stable")
    for groups in range(len(room), 0, -1):
        for kinds in _partitions(tuple(counts.tolist()), groups, budget):
            capacity = np.array(kinds) @ rooms
            packed = _pack([float(size[item]) for item in order], capacity.tolist(), budget)
            if packed is not None:
                return _groups(order.tolist(), packed, kinds, room, kind.tolist(), size)
            if budget.is_spent:
                return None
    return None


class _Budget:
    """Counts steps."""

    def __init__(self) -> None:
        self.left = BUDGET

    @property
    def is_spent(self) -> bool:
        return self.left <= 0


def _partitions(
    counts: tuple[int, ...], groups: int, budget: _Budget, most: tuple[int, ...] | None = None
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield the ways to put all links, told apart by room, into `groups` non-empty groups."""
    budget.left -= 1
    if budget.is_spent or sum(counts) < groups:
        return
    if groups == 1:
        if most is None or counts <= most:
            yield (counts,)
        return
    for piece in _subsets(counts):
        # Groups come in descending order, so that every partition comes once.
        if any(piece) and (most is None or piece <= most):
            rest = tuple(have - taken for have, taken in zip(counts, piece, strict=True))
            for tail in _partitions(rest, groups - 1, budget, piece):
                yield (piece, *tail)


def _subsets(counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every choice of at most counts[i] links of each kind i, largest first."""
    if not counts:
        yield ()
        return
    for taken in range(counts[0], -1, -1):
        for rest in _subsets(counts[1:]):
            yield (taken, *rest)


def _pack(sizes: list[float], capacity: list[float], budget: _Budget) -> list[int] | None:
    """Return the group of each flow (sizes descending), or `None` if they do not fit whole."""
    slack = sum(capacity) - sum(sizes)
    # Each group by its own room: what is rounding on a fast link is load on a slow one.
    tolerance, rounding = [_FITS * room for room in capacity], _FITS * sum(capacity)
    chosen: list[int] = []
    failed: set[tuple[int, tuple[float, ...]]] = set()

    def place(item: int) -> bool:
        budget.left -= 1
        if item == len(sizes):
            return True
        state = item, tuple(sorted(round(left, 12) for left in capacity))
        # Room smaller than the smallest flow is lost; no more may be lost than there is to spare.
        lost = sum(
            left for left, more in zip(capacity, tolerance, strict=True) if left + more < sizes[-1]
        )
        if state in failed or lost > slack + rounding or budget.is_spent:
            return False
        tried = set()
        for group, left in enumerate(capacity):
            if left in tried or sizes[item] > left + tolerance[group]:
                continue
            tried.add(left)
            capacity[group] = left - sizes[item]
            chosen.append(group)
            if place(item + 1):
                return True
            chosen.pop()
            capacity[group] = left
        failed.add(state)
        return False

    return chosen if place(0) else None


def _groups(
    order: list[int],
    packed: list[int],
    kinds: tuple[tuple[int, ...], ...],
    room: FloatArray,
    kind: list[int],
    size: FloatArray,
) -> Groups:
    """Return the flows and links of each group that has flows, without links it does not need."""
    members: dict[int, list[int]] = {}
    for link, of in enumerate(kind):
        members.setdefault(of, []).append(link)
    groups = []
    for number, piece in enumerate(kinds):
        links = [members[of].pop(0) for of, times in enumerate(piece) for _ in range(times)]
        flows = sorted(item for item, group in zip(order, packed, strict=True) if group == number)
        if flows:
            need, taken = float(size[flows].sum()) * (1 - _FITS), 0.0
            links.sort(key=lambda link: -room[link])
            enough = 0
            while enough < len(links) and taken < need:
                taken += float(room[links[enough]])
                enough += 1
            groups.append((flows, links[:enough]))
    return groups
