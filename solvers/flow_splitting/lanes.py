"""Choose among parallel links for parts that so far have only a spine.

The parallel links between a leaf and a spine (a bundle) that are up all have one rate, and the
lane upwards is free of the lane downwards. So each bundle is a problem of its own: equal machines.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.explicit import StepParts
from planner.solvers.flow_splitting.packing.cutting import wrap_around

_FITS = 1 + 1e-12


def assign_lanes(
    fabric: Fabric,
    flows: Flows,
    flow: IntArray,
    spine: IntArray,
    size: FloatArray,
    *,
    time: float | None = None,
) -> StepParts:
    """Give every part a lane upwards and one downwards.

    Parameters
    ----------
    flow, spine, size
        One entry per part; no flow twice on a spine.
    time
        If given, parts may be cut where a bundle cannot be finished within this time otherwise;
        the cut parts then finish within it, or share the lanes evenly if that is impossible.
        If not, parts stay as they are: longest first on the least loaded lane (Graham 1969).
    """
    up_lane = down_lane = np.zeros(len(flow), dtype=np.int64)
    if fabric.lanes > 1:
        piece, up_lane, size = _fill(fabric.up, flows.source[flow], spine, size, time)
        flow, spine = flow[piece], spine[piece]
        piece, down_lane, size = _fill(fabric.down, flows.target[flow], spine, size, time)
        flow, spine, up_lane = flow[piece], spine[piece], up_lane[piece]
    return StepParts(flow, spine, size, up_lane, down_lane)


def _fill(
    rate: FloatArray, leaf: IntArray, spine: IntArray, size: FloatArray, time: float | None
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (part, lane, amount) of each piece on one side of the spines."""
    bundle = leaf * rate.shape[1] + spine
    used, bundle = np.unique(bundle, return_inverse=True)
    rates = rate.reshape(-1, rate.shape[2])[used]
    lane, load = _longest_first(rates, bundle, size)
    parts = np.arange(len(size))
    if time is None:
        return parts, lane, size
    late = (load > time * rates * _FITS).any(axis=1)[bundle]
    cut = np.flatnonzero(late)
    cut = cut[np.argsort(bundle[cut], kind="stable")]
    cut_part, cut_lane, amount = _wrap(rates, bundle[cut], size[cut], time)
    piece = np.concatenate([parts[~late], cut[cut_part]])
    order = np.argsort(piece, kind="stable")
    return (
        piece[order],
        np.concatenate([lane[~late], cut_lane])[order],
        np.concatenate([size[~late], amount])[order],
    )


def _longest_first(
    rates: FloatArray, bundle: IntArray, size: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the lane of each part and load[bundle, lane]; all bundles at once, rank by rank."""
    order = np.lexsort((-size, bundle))
    first = np.flatnonzero(np.diff(bundle[order], prepend=-1))
    length = np.diff(first, append=len(order))
    load = np.zeros(rates.shape)
    closed = np.where(rates > 0, 0.0, np.inf)
    lane = np.zeros(len(size), dtype=np.int64)
    for rank in range(int(length.max(initial=0))):
        part = order[first[length > rank] + rank]
        at = bundle[part]
        lane[part] = (load[at] + closed[at]).argmin(axis=1)
        load[at, lane[part]] += size[part]
    return lane, load


def _wrap(
    rates: FloatArray, bundle: IntArray, size: FloatArray, time: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Cut the parts of each bundle where a lane is full; return (part, lane, amount)."""
    total = np.bincount(bundle, size, len(rates))
    open_ = rates > 0
    room = np.maximum(time * rates.max(axis=1), total / open_.sum(axis=1))
    open_ &= (total > 0)[:, None]
    bin_bundle, bin_lane = np.nonzero(open_)
    part, bin_, amount = wrap_around(bundle, size, bin_bundle, room[bin_bundle])
    return part, bin_lane[bin_], amount
