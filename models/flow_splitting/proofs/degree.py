"""The degree bound: nothing sends or receives faster than its links."""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import lower
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.proofs.pairs import pair_cuts
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import AllPairs, Flows, Step, Traffic, leaf_demand
from planner.models.flow_splitting.view import View


def degree_bound(view: View, step: Step) -> float:
    """Return the time the busiest NIC, leaf, or pair of leaves needs at full rate.

    A leaf sends and receives no faster than all its links together; a pair of leaves exchanges no
    faster than the sum over spines of the slower of its two links. On graphs: the busiest node.
    """
    if view.fabric is not None:
        return max(nic_bound(view, step), _fabric_degree(view.fabric, step.traffic))
    if view.network is None or isinstance(step.traffic, AllPairs):
        raise ValueError("the view has neither a fabric nor a graph with listed flows")
    return _graph_degree(view.network, step.traffic)


def nic_bound(view: View, step: Step) -> float:
    """Return the time the busiest NIC needs, rounded down; 0 without a NIC limit."""
    return lower(nic_time(view, step) or 0.0, _terms(step.traffic))


def _terms(traffic: Traffic) -> int:
    """Return a bound on how many rounded terms a sum over this traffic has."""
    return 4 + (len(traffic) if isinstance(traffic, Flows) else 0)


def _fabric_degree(fabric: Fabric, traffic: Traffic) -> float:
    demand = leaf_demand(traffic, fabric.leaves)
    leaf_times = [
        _ratio(demand.sum(axis=axis), rates.sum(axis=1)).max(initial=0.0)
        for axis, rates in ((1, fabric.up_total), (0, fabric.down_total))
    ]
    pair_times = _ratio(demand, pair_cuts(fabric)).max(initial=0.0)
    terms = _terms(traffic) + fabric.leaves + fabric.spines * fabric.lanes
    return lower(float(max(*leaf_times, pair_times)), terms)


def _graph_degree(network: ArcNetwork, traffic: Flows) -> float:
    times = [
        _ratio(
            sum_by(flow_end, traffic.size, network.nodes),
            sum_by(arc_end, network.rate, network.nodes),
        )
        for flow_end, arc_end in ((traffic.source, network.tail), (traffic.target, network.head))
    ]
    return lower(float(np.max(times, initial=0.0)), _terms(traffic) + len(network.rate))


def _ratio(amount: FloatArray, rate: FloatArray) -> FloatArray:
    """Return amount over rate, 0 where there is no rate: what is cut off has no finite time."""
    return np.divide(amount, rate, out=np.zeros_like(amount), where=rate > 0)
