"""Faults that concern the network, the budget and the objective together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.models.base.errors import Issue
from planner.models.gossip_rates.network import EdgeList

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates

SCALE_FREE = ("fewest_messages", "total_resistance")
SYNCHRONOUS = ("fdla", "fmmc")


def check_references(instance: "GossipRates") -> Iterator[Issue]:
    """Yield faults: too few nodes, missing bandwidths, budgets an objective cannot use."""
    topology, budget = instance.topology, instance.budget
    if len(topology.names()) < 2:
        message = "a single worker has nobody to average with"
        fix = "Give at least two nodes."
        yield Issue(code="nodes-few", loc=("topology", "nodes"), message=message, fix=fix)
    if isinstance(topology, EdgeList) and instance.message_size is not None:
        for place, edge in enumerate(topology.edges):
            if edge.bandwidth is None and topology.bandwidth is None:
                message = "this has no bandwidth, and messages have a size"
                fix = "Give `bandwidth` here or for the whole topology."
                loc = ("topology", "edges", place)
                yield Issue(code="bandwidth-missing", loc=loc, message=message, fix=fix)
    limits = (budget.node, budget.link or None, budget.matching or None)
    if instance.objective == "fewest_messages" and any(limit is not None for limit in limits):
        message = "the fewest messages do not depend on what workers and links can do"
        fix = "Leave these limits out, or ask for `gradient_rate`."
        yield Issue(code="budget-unused", loc=("budget",), message=message, fix=fix)
    if instance.objective in SYNCHRONOUS and budget != type(budget)():
        message = f"`{instance.objective}` has no budget: its weights are bounded by mixing itself"
        fix = "Leave `budget` out."
        yield Issue(code="budget-unused", loc=("budget",), message=message, fix=fix)
