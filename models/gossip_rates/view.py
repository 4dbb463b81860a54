"""An instance compiled to arrays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.families import edges_of
from planner.models.gossip_rates.network import EdgeList, Family
from planner.models.gossip_rates.overlay import routed
from planner.models.gossip_rates.parallel import merged

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates


@dataclass(frozen=True, slots=True)
class View:
    """The network as arrays; m merged edges between n nodes."""

    nodes: int
    ends: IntArray
    """The two nodes of each edge, smaller first, shape (m, 2)."""
    cost: FloatArray
    """Cost of one average, shape (m,)."""
    duration: FloatArray
    """Seconds (or units of time) that an exchange takes, shape (m,)."""
    least: FloatArray
    """Least rate of each edge."""
    most: FloatArray
    """Most rate of each edge; the largest float where there is no limit."""
    total: float | None
    """Most cost per unit of time."""
    concurrency: FloatArray | None
    """Exchanges that each node does at a time, shape (n,)."""
    is_matching: bool
    count: int | None
    """Most edges that may be chosen besides those with a least rate."""
    objective: str
    unit: str
    """Unit of a rate: `1/s`, or `1` where exchanges last one unit of time."""
    clock: FloatArray | None = None
    """Calls that each node makes per unit of time at most, shape (n,)."""

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.ends)

    @property
    def usable(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which edges may have a rate at all."""
        return self.most > 0


NO_LIMIT = float(np.finfo(np.float64).max)


def compile_view(instance: "GossipRates") -> View:
    """Return the view of a checked instance; of parallel edges one is kept, see `merged`."""
    topology, budget = instance.topology, instance.budget
    ends, columns = edge_columns(instance)
    kept = merged(ends, columns, by_rate=instance.objective == "edge_selection")
    ends, columns = np.sort(ends[kept], axis=1), {name: col[kept] for name, col in columns.items()}
    if instance.overlay == "complete":
        pairs = routed(len(topology.names()), ends, columns)
        pairs |= {"duration": _duration(instance, pairs), **_unlimited(len(pairs["ends"]))}
        ends, columns = pairs.pop("ends"), pairs
    duration, most = columns["duration"], columns["most"]
    if budget.matching:
        # A round lasts as long as its longest exchange may.
        duration = np.full(len(ends), float(duration.max()) if len(ends) else 1.0)
    if budget.link:
        most = np.minimum(most, 1 / duration)
    # An exchange occupies both its ends, so a node budget of matchings holds as well.
    node = 1.0 if budget.matching and budget.node is None else budget.node
    others = (node, budget.link or None, budget.matching or None, budget.edges, budget.clock)
    limited = any(limit is not None for limit in others)
    physical = instance.message_size is not None
    return View(
        nodes=len(topology.names()),
        ends=ends,
        cost=columns["cost"],
        duration=duration,
        least=columns["least"],
        most=most,
        total=budget.total if budget.total is not None or limited else 1.0,
        concurrency=None if node is None else _concurrency(topology, node, budget.matching),
        clock=None if budget.clock is None else _by_worker(topology, "clock", budget.clock),
        is_matching=budget.matching,
        count=budget.edges,
        objective=instance.objective,
        unit="1/s" if physical else "1",
    )


def edge_columns(instance: "GossipRates") -> tuple[IntArray, dict[str, FloatArray]]:
    """Return the ends of all edges as they are given, (k, 2), and their figures, (k,) each."""
    topology = instance.topology
    table = _listed(topology) if isinstance(topology, EdgeList) else _generated(topology)
    table["duration"] = _duration(instance, table)
    return table.pop("ends"), table


def _listed(topology: EdgeList) -> dict[str, Any]:
    names = topology.names()
    if topology.edge_table is not None:
        arrays = topology.edge_table.content.arrays
        ends = np.stack([np.asarray(arrays[key], dtype=np.int64) for key in ("a", "b")], axis=1)
        count = len(ends)
        cost = np.asarray(arrays.get("cost", np.ones(count)), dtype=np.float64)
        latency = np.full(count, topology.latency)
        rate = np.full(count, topology.bandwidth or NO_LIMIT)
        limits = _unlimited(count)
    else:
        edges = topology.edges
        places = [[names.find(e.a), names.find(e.b)] for e in edges]
        ends = np.array(places, dtype=np.int64).reshape(-1, 2)
        cost = np.array([1.0 if e.cost is None else e.cost for e in edges])
        latency = np.array([topology.latency if e.latency is None else e.latency for e in edges])
        rate = np.array([e.bandwidth or topology.bandwidth or NO_LIMIT for e in edges])
        most = [NO_LIMIT if e.max_rate is None else e.max_rate for e in edges]
        limits = {"least": np.array([e.min_rate for e in edges]), "most": np.array(most)}
    return {"ends": ends, "cost": cost, "latency": latency, "bandwidth": rate, **limits}


def _generated(topology: Family) -> dict[str, Any]:
    ends = edges_of(topology)
    count = len(ends)
    return {
        "ends": ends,
        "cost": np.ones(count),
        "latency": np.full(count, topology.latency),
        "bandwidth": np.full(count, topology.bandwidth or NO_LIMIT),
        **_unlimited(count),
    }


def _unlimited(count: int) -> dict[str, FloatArray]:
    """Return least and most rates of edges that have none of their own."""
    return {"least": np.zeros(count), "most": np.full(count, NO_LIMIT)}


def _duration(instance: "GossipRates", table: dict[str, Any]) -> FloatArray:
    """Return latency plus transfer, at the least rate of link and network cards.

    Twice the transfer where one direction waits for the other.
    """
    if instance.message_size is None:
        return np.ones(len(table["latency"]))
    card = _by_worker(instance.topology, "nic_rate", NO_LIMIT)
    rate = np.minimum(table["bandwidth"], card[table["ends"]].min(axis=1, initial=NO_LIMIT))
    ways = 2 if instance.duplex == "half" else 1
    result: FloatArray = table["latency"] + ways * instance.message_size / rate
    return result


def _concurrency(topology: EdgeList | Family, node: float, is_matching: bool) -> FloatArray:
    found = _by_worker(topology, "concurrency", node)
    return np.minimum(found, 1.0) if is_matching else found


def _by_worker(topology: EdgeList | Family, field: str, usual: float) -> FloatArray:
    """Return a figure of every node: that of its worker, or the usual one."""
    names = topology.names()
    found = np.full(len(names), usual)
    for worker in topology.workers if isinstance(topology, EdgeList) else ():
        if (value := getattr(worker, field)) is not None:
            found[names.find(worker.node)] = value
    return found
