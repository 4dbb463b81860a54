"""A quantum network as a configuration of SeQUeNCe's `RouterNetTopo`."""

from typing import TYPE_CHECKING, Any

from planner.models.base.arrays import IntArray

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.network import Network

ATTENUATION = 0.0002
"""Decibels per metre of fibre."""
SIGNAL_DELAY = 10**8
"""Picoseconds of a classical message between any two nodes."""


def router_network(network: "Network", memories: IntArray) -> dict[str, Any]:
    """Return routers with `memories` (n,), a link with a measuring station in its middle each.

    Every pair of routers has a classical channel, which reservations are signalled over.
    """
    names = network.names
    nodes = [
        {"name": name, "type": "QuantumRouter", "seed": place, "memo_size": int(memories[place])}
        for place, name in enumerate(names)
    ]
    shortest: dict[tuple[str, str], float] = {}
    for length, (a, b) in zip(network.length.tolist(), network.ends.tolist(), strict=True):
        # SeQUeNCe knows one link between two routers.
        pair = (names[min(a, b)], names[max(a, b)])
        shortest[pair] = min(length, shortest.get(pair, length))
    links = [
        {
            "node1": a,
            "node2": b,
            "attenuation": ATTENUATION,
            "distance": length,
            "type": "meet_in_the_middle",
            "seed": place,
        }
        for place, ((a, b), length) in enumerate(shortest.items())
    ]
    channels = [
        {"node1": a, "node2": b, "delay": SIGNAL_DELAY}
        for place, a in enumerate(names)
        for b in names[place + 1 :]
    ]
    return {"nodes": nodes, "qconnections": links, "cconnections": channels, "stop_time": 10**23}
