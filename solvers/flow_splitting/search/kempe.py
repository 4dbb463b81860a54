"""Kempe chains: flows of two spines that change places one after the other along shared leaves.

A flow that leaves the busiest link for another spine may overload its far link there; a flow of
that link then goes the opposite way, which may overload its own far link, and so on until the
chain ends at a link with room. For flows of one size these are the chains that recolour the edges
of a bipartite graph (Koenig 1916).
"""

import numpy as np

from planner.solvers.flow_splitting.search.moves import Change
from planner.solvers.flow_splitting.search.placement import Link, Placement

FLOWS = 16
"""Flows of the busiest link that chains begin with at most."""
LENGTH = 200
"""Flows in a chain at most."""
_BELOW = 1 - 1e-12


def best_kempe_chain(placement: Placement, link: Link, rng: np.random.Generator) -> list[Change]:
    """Return the first chain found that relieves the busiest link, if there is one.

    Only for fabrics without parallel links.
    """
    _, spines, lanes = placement.time[0].shape
    if lanes > 1:
        return []
    flows = rng.permutation(placement.on(link))[:FLOWS]
    for spine in rng.permutation(spines).tolist():
        if spine == link.spine:
            continue
        for flow in flows.tolist():
            chain = _Chain(placement, link.time * _BELOW, rng)
            if chain.follow(flow, link.side, link.spine, spine):
                return chain.changes
    return []


class _Chain:
    """A chain in the making, and what it changes on the links."""

    def __init__(self, placement: Placement, limit: float, rng: np.random.Generator) -> None:
        self.changes: list[Change] = []
        self._placement, self._limit, self._rng = placement, limit, rng
        self._moved: set[int] = set()
        self._extra: dict[tuple[int, int, int], float] = {}

    def follow(self, flow: int, side: int, here: int, there: int) -> bool:
        """Move `flow`, met on `side`, from one spine to the other, and all that must follow.

        Returns whether the chain ends with every link it touches below the limit.
        """
        placement = self._placement
        for _ in range(LENGTH):
            self._moved.add(flow)
            self.changes.append((flow, there, 0, 0))
            for end in (0, 1):
                self._add(end, flow, here, -1.0)
                self._add(end, flow, there, 1.0)
            if self._time(side, int(placement.leaf[side][flow]), there) >= self._limit:
                return False
            side = 1 - side
            leaf = int(placement.leaf[side][flow])
            over = self._time(side, leaf, there)
            if over < self._limit:
                return True
            follower = self._follower(side, leaf, here, there, over)
            if follower is None:
                return False
            flow, here, there = follower, there, here
        return False

    def _follower(self, side: int, leaf: int, back: int, spine: int, over: float) -> int | None:
        """Return the smallest flow that relieves a link enough and has a link to go back to."""
        placement = self._placement
        flows = placement.at_leaf(side, leaf)
        flows = flows[placement.spine[flows] == spine]
        far = placement.leaf[1 - side][flows]
        relief = placement.size[flows] * placement.cost[side][leaf, spine, 0]
        fits = np.isfinite(placement.cost[1 - side][far, back, 0]) & (over - relief < self._limit)
        fits &= ~np.isin(flows, list(self._moved))
        flows = flows[fits]
        if not len(flows):
            return None
        smallest = flows[placement.size[flows] == placement.size[flows].min()]
        return int(self._rng.choice(smallest))

    def _add(self, side: int, flow: int, spine: int, sign: float) -> None:
        placement = self._placement
        key = side, int(placement.leaf[side][flow]), spine
        change = sign * float(placement.size[flow] * placement.cost[side][key[1], spine, 0])
        self._extra[key] = self._extra.get(key, 0.0) + change

    def _time(self, side: int, leaf: int, spine: int) -> float:
        time = float(self._placement.time[side][leaf, spine, 0])
        return time + self._extra.get((side, leaf, spine), 0.0)
