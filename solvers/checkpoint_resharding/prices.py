"""Dual prices of a matching, in whole numbers of parameters."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.overlaps import Overlaps
from planner.models.checkpoint_resharding.ranges import distinct, expand


def simple_prices(overlaps: Overlaps, slots: int, devices: int) -> tuple[IntArray, IntArray]:
    """Return the largest overlap of every shard, or of every device, whichever sums to less."""
    shard, device = np.zeros(slots, dtype=np.int64), np.zeros(devices, dtype=np.int64)
    np.maximum.at(shard, overlaps.slot, overlaps.amount)
    np.maximum.at(device, overlaps.place, overlaps.amount)
    if shard.sum() <= device.sum():
        return shard, np.zeros_like(device)
    return np.zeros_like(shard), device


def dual_prices(overlaps: Overlaps, match: IntArray, devices: int) -> tuple[IntArray, IntArray]:
    """Return prices of shards and devices that add up to what the matching keeps.

    A shard has to pay what it could keep on a device nobody uses, and where its price rises by
    some amount the price of its own device falls by as much, which the other shards that overlap
    with that device make up for. The least such prices are longest paths, found by relaxing from
    the shards that changed (Bellman-Ford); a matching of largest weight has no gaining cycle, so
    that this ends. Were the matching not optimal, the prices would still cover every overlap.

    Parameters
    ----------
    match
        Position of the device of each shard, -1 where it keeps nothing; a maximum-weight matching.

    """
    slot, place, amount = overlaps.slot, overlaps.place, overlaps.amount
    user = np.full(devices, -1, dtype=np.int64)
    matched = np.flatnonzero(match >= 0)
    user[match[matched]] = matched
    kept = np.zeros(len(match), dtype=np.int64)
    own = match[slot] == place
    kept[slot[own]] = amount[own]
    shard = np.zeros(len(match), dtype=np.int64)
    is_free = user[place] < 0
    np.maximum.at(shard, slot[is_free], amount[is_free])
    order = np.argsort(place, kind="stable")
    begin = np.searchsorted(place[order], np.arange(devices + 1))
    changed = matched
    for _ in range(len(match) + 1):
        if not len(changed):
            break
        row, at = expand(begin[match[changed]], begin[match[changed] + 1])
        edge = order[at]
        lead = changed[row]
        wish = amount[edge] - kept[lead] + shard[lead]
        before = shard[slot[edge]]
        np.maximum.at(shard, slot[edge], np.minimum(wish, amount[edge]))
        touched = distinct(slot[edge][shard[slot[edge]] > before])
        changed = touched[match[touched] >= 0]
    device = np.zeros(devices, dtype=np.int64)
    np.maximum.at(device, place, amount - shard[slot])
    return shard, device
