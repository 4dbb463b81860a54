"""Bounds on bytes and time that follow from prices and from counting."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Reason
from planner.models.base.rounding import lower
from planner.models.checkpoint_resharding.devices import Rates
from planner.models.checkpoint_resharding.layout import FlatLayout, Layout, ParallelLayout
from planner.models.checkpoint_resharding.overlaps import Overlaps
from planner.models.checkpoint_resharding.ranges import distinct
from planner.models.checkpoint_resharding.view import View

ROUNDED = 3
"""Rounded operations between whole numbers of parameters and a bound in bytes or seconds."""


def unpaid(overlaps: Overlaps, shard_price: IntArray, device_price: IntArray) -> int | None:
    """Return the first pair whose overlap exceeds its two prices, or `None` if there is none.

    Prices lie between 0 and the number of parameters, so that sums stay exact.
    """
    paid = shard_price[overlaps.slot] + device_price[overlaps.place]
    short = np.flatnonzero(paid < overlaps.amount)
    return int(short[0]) if len(short) else None


def least_moved(view: View, shard_price: IntArray, device_price: IntArray) -> int:
    """Return the parameters that have to move at least, by weak duality.

    A placement gives each shard s a device d of its own and keeps the sum of overlap[s, d], which
    is at most the sum of u[s] + v[d] over its pairs, and so at most the sum of all prices.
    """
    kept = int(shard_price.sum()) + int(device_price.sum())
    return max(0, view.total - kept)


def in_bytes(view: View, parameters: int) -> float:
    """Return a number of parameters in bytes, rounded down."""
    return lower(parameters * view.weight, ROUNDED)


def least_time(view: View, rates: Rates, overlaps: Overlaps, moved: int) -> float | None:
    """Return the seconds that direct transfers take at least; `None` without a rate of devices.

    The devices that hold something send, and those that get a shard receive, all that moves, at
    their rates together; and a device receives what even the best one for its shard lacks.
    """
    if rates.device_bandwidth is None:
        return None
    most = np.zeros(view.slots, dtype=np.int64)
    np.maximum.at(most, overlaps.slot, overlaps.amount)
    lacking = int((view.size - most).max(initial=0))
    senders = len(distinct(view.held.owner))
    busiest = max(lacking, moved / min(senders, view.slots))
    return lower(busiest * view.weight / rates.device_bandwidth, ROUNDED + 1)


def explain_shortage(layout: Layout, slots: int, devices: int) -> tuple[Reason, ...]:
    """Return why more shards than new devices cannot be placed, and the smallest change."""
    if isinstance(layout, FlatLayout):
        field = "`layout.new.shards` x `layout.new.replicas`"
    elif isinstance(layout, ParallelLayout):
        field = "`layout.new.tensor` x `pipeline` x `data`"
    else:
        field = "the shards of `layout.new` with their copies"
    message = (
        f"{field} makes {slots:,} shards, and `devices.new` has {devices:,} devices, one for each. "
        f"Add {slots - devices:,} new devices, or cut the state into at most {devices:,} shards."
    )
    return (
        Reason(
            code="devices-too-few", constraint="devices.new", where="layout.new", message=message
        ),
    )
