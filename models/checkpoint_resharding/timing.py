"""How long bytes take: between devices and nodes, or through storage."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.devices import Rates
from planner.models.checkpoint_resharding.view import View


@dataclass(frozen=True, slots=True)
class Ports:
    """What devices send and receive, and which port needs longest."""

    sent: IntArray
    """Parameters by device."""
    received: IntArray
    between_nodes: int
    """Parameters that cross from one node to another."""
    time: float | None
    """Seconds of the busiest port; `None` without any rate."""
    busiest: str | None
    """Its name, `None` where nothing moves or no rate is given."""


def load_ports(
    view: View, rates: Rates, sender: IntArray, receiver: IntArray, amount: IntArray
) -> Ports:
    """Return the load of all ports from transfers of `amount` parameters each.

    Every port sends and receives at its full rate at once, and transfers may be cut into any
    pieces, so the busiest port sets the time: pieces can be ordered so that it never waits
    (open shop with preemption, Gonzalez and Sahni 1976).
    """
    devices = len(view.names)
    crosses = view.node[sender] != view.node[receiver]
    nodes = int(view.node[-1]) + 1
    sent, received = _sums(sender, amount, devices), _sums(receiver, amount, devices)
    node_sent = _sums(view.node[sender[crosses]], amount[crosses], nodes)
    node_received = _sums(view.node[receiver[crosses]], amount[crosses], nodes)
    ports = [
        (sent, rates.device_bandwidth, "{} sends", view.names),
        (received, rates.device_bandwidth, "{} receives", view.names),
        (node_sent, rates.node_bandwidth, "node {} sends", range(nodes)),
        (node_received, rates.node_bandwidth, "node {} receives", range(nodes)),
    ]
    time, busiest = None, None
    for load, rate, phrase, names in ports:
        if rate is None:
            continue
        place = int(load.argmax())
        seconds = int(load[place]) * view.weight / rate
        if time is None or seconds > time:
            time = seconds
            busiest = phrase.format(names[place]) if seconds else None
    return Ports(sent, received, int(amount[crosses].sum()), time, busiest)


def convert_time(view: View, rates: Rates) -> float | None:
    """Return the seconds to read the state and to write it once more; `None` without a rate."""
    return through_storage(view, rates, 2 * view.parameters)


def through_storage(view: View, rates: Rates, parameters: int) -> float | None:
    """Return the seconds in which the file system moves so many parameters."""
    if rates.storage_bandwidth is None:
        return None
    return parameters * view.weight / rates.storage_bandwidth


def _sums(owner: IntArray, amount: IntArray, owners: int) -> IntArray:
    found = np.zeros(owners, dtype=np.int64)
    np.add.at(found, owner, amount)
    return found
