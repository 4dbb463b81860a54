"""Changes of a placement that relieve its busiest link without making another as busy."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.search.placement import UP, Link, Placement

TABLE = 1_000_000
"""Pairs of flows looked at for one exchange at most."""
CHAINS = 64
"""Flows and spines looked at for one chain at most."""
_BELOW = 1 - 1e-12

Change = tuple[int, int, int, int]
"""(flow, spine, up lane, down lane)."""


def best_move(placement: Placement, link: Link) -> list[Change]:
    """Return the move of one flow after which the busiest link it touches is least busy."""
    flows = placement.on(link)
    if not len(flows):
        return []
    own, own_lane = _leaving(placement, link, flows)
    other, other_lane = _staying(placement, link, flows)
    after = placement.size[flows] * _cost(placement, link)
    worst = np.maximum(np.maximum(own, other), (link.time - after)[:, None])
    at, spine = np.unravel_index(int(worst.argmin()), worst.shape)
    if worst[at, spine] >= link.time * _BELOW:
        return []
    lanes = int(own_lane[at, spine]), int(other_lane[at, spine])
    return [_change(link.side, int(flows[at]), int(spine), lanes)]


def best_swap(placement: Placement, link: Link, rng: np.random.Generator) -> list[Change]:
    """Return the exchange of two flows of the link's leaf that relieves it most.

    The other flow comes from another spine and takes the place of the first.
    """
    side, other = link.side, 1 - link.side
    flows, partners = placement.on(link), placement.at_leaf(side, link.leaf)
    partners = partners[placement.spine[partners] != link.spine]
    if not len(flows) or not len(partners):
        return []
    if len(flows) * len(partners) > TABLE:
        partners = rng.permutation(partners)[: max(1, TABLE // len(flows))]
    gain = placement.size[flows][:, None] - placement.size[partners]
    spine, lane = placement.spine[partners], placement.lane[side][partners]
    at = link.leaf, spine, lane
    worst = placement.time[side][at] + gain * placement.cost[side][at]
    np.maximum(worst, link.time - gain * _cost(placement, link), out=worst)
    far, far_lane = placement.entering(other, flows)
    near, near_lane = placement.entering(other, partners)
    far_time = far[:, spine]
    near_time = np.broadcast_to(near[:, link.spine], far_time.shape).copy()
    _same_far_leaf(placement, other, flows, partners, far_time, near_time)
    np.maximum(worst, np.maximum(far_time, near_time), out=worst)
    row, column = np.unravel_index(int(worst.argmin()), worst.shape)
    if worst[row, column] >= link.time * _BELOW:
        return []
    first, second = int(flows[row]), int(partners[column])
    lanes = [int(far_lane[row, spine[column]]), int(near_lane[column, link.spine])]
    if placement.leaf[other][first] == placement.leaf[other][second]:
        lanes = [int(placement.lane[other][second]), int(placement.lane[other][first])]
    return [
        _change(side, first, int(spine[column]), (int(lane[column]), lanes[0])),
        _change(side, second, link.spine, (link.lane, lanes[1])),
    ]


def best_chain(placement: Placement, link: Link) -> list[Change]:
    """Return a move that pushes a second flow out of the way, which then moves too.

    The second flow shares the far leaf of the first and the spine that it moves to.
    """
    side, other = link.side, 1 - link.side
    flows = placement.on(link)
    own, own_lane = _leaving(placement, link, flows)
    limit = link.time * _BELOW
    own[own >= limit] = np.inf
    own[:, link.spine] = np.inf
    far, far_lane = placement.entering(other, flows)
    for place in np.argsort(far + own, axis=None, kind="stable")[:CHAINS].tolist():
        row, spine = divmod(place, own.shape[1])
        if not np.isfinite(far[row, spine] + own[row, spine]):
            break
        flow, leaf = int(flows[row]), int(placement.leaf[other][flows[row]])
        met = Link(other, leaf, spine, int(far_lane[row, spine]), float(far[row, spine]))
        pushed = _push(placement, met, flow, limit)
        if pushed is not None:
            lanes = int(own_lane[row, spine]), met.lane
            return [pushed, _change(side, flow, spine, lanes)]
    return []


def apply(placement: Placement, changes: list[Change]) -> bool:
    """Carry out changes; return whether there were any."""
    for change in changes:
        placement.move(*change)
    return bool(changes)


def _push(placement: Placement, met: Link, flow: int, limit: float) -> Change | None:
    """Return the move of another flow off the link `met`, which `flow` is about to overload."""
    flows = placement.on(met)
    relief = placement.size[flows] * _cost(placement, met)
    flows = flows[met.time - relief < limit]
    if not len(flows):
        return None
    own, own_lane = placement.entering(met.side, flows)
    other, other_lane = placement.entering(1 - met.side, flows)
    worst = np.maximum(own, other)
    worst[:, met.spine] = np.inf
    # The first flow leaves its old link, which only helps: it is not counted.
    row, spine = np.unravel_index(int(worst.argmin()), worst.shape)
    if worst[row, spine] >= limit:
        return None
    lanes = int(own_lane[row, spine]), int(other_lane[row, spine])
    return _change(met.side, int(flows[row]), int(spine), lanes)


def _cost(placement: Placement, link: Link) -> float:
    return float(placement.cost[link.side][link.leaf, link.spine, link.lane])


def _leaving(placement: Placement, link: Link, flows: IntArray) -> tuple[FloatArray, IntArray]:
    """Return time[flow, spine] of the link's leaf after a flow has left the link for a spine."""
    time = placement.time[link.side][link.leaf][None] + (
        placement.size[flows, None, None] * placement.cost[link.side][link.leaf]
    )
    time[:, link.spine, link.lane] = np.inf
    lane = time.argmin(axis=2)
    return np.take_along_axis(time, lane[:, :, None], axis=2)[:, :, 0], lane


def _staying(placement: Placement, link: Link, flows: IntArray) -> tuple[FloatArray, IntArray]:
    """Return time[flow, spine] of the far leaf; on the same spine a flow keeps its far link."""
    other = 1 - link.side
    time, lane = placement.entering(other, flows)
    kept = placement.lane[other][flows]
    time[:, link.spine] = placement.time[other][placement.leaf[other][flows], link.spine, kept]
    lane[:, link.spine] = kept
    return time, lane


def _same_far_leaf(
    placement: Placement,
    side: int,
    flows: IntArray,
    partners: IntArray,
    far_time: FloatArray,
    near_time: FloatArray,
) -> None:
    """Correct the times of exchanges between flows with the same far leaf: they swap links."""
    leaf = placement.leaf[side]
    row, column = np.nonzero(leaf[flows][:, None] == leaf[partners])
    first, second = flows[row], partners[column]
    gain = placement.size[first] - placement.size[second]
    for flow, sign, table in ((second, 1.0, far_time), (first, -1.0, near_time)):
        at = leaf[flow], placement.spine[flow], placement.lane[side][flow]
        table[row, column] = placement.time[side][at] + sign * gain * placement.cost[side][at]


def _change(side: int, flow: int, spine: int, lanes: tuple[int, int]) -> Change:
    """Return the change, given the lanes of the side and of the far side."""
    up_lane, down_lane = lanes if side == UP else lanes[::-1]
    return flow, spine, up_lane, down_lane
