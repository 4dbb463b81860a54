"""Faults that concern the network, the budget and the objective together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.errors import Issue
from planner.models.gossip_rates.network import EdgeList
from planner.models.gossip_rates.parallel import hidden_least, merged
from planner.models.gossip_rates.view import NO_LIMIT, compile_view, edge_columns

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates

SYNCHRONOUS = ("fdla", "fmmc")
APART = 1e9
"""Largest ratio of figures of one kind; beyond it rounding takes over."""


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
    listed = isinstance(topology, EdgeList) and topology.edges
    if instance.message_size is not None and not listed and topology.bandwidth is None:
        message = "these edges have no bandwidth, and messages have a size"
        fix = "Give `topology.bandwidth`, or leave `message_size` out."
        yield Issue(code="bandwidth-missing", loc=("topology",), message=message, fix=fix)
    limits = (budget.node, budget.link or None, budget.matching or None, budget.clock)
    if instance.objective == "fewest_messages" and any(limit is not None for limit in limits):
        message = "the fewest messages do not depend on what workers and links can do"
        fix = "Leave these limits out, or ask for `gradient_rate`."
        yield Issue(code="budget-unused", loc=("budget",), message=message, fix=fix)
    yield from _check_selection(instance)
    yield from _check_clocks(instance)
    yield from _check_figures(instance)
    yield from _check_parallel(instance)
    scale_free = instance.objective in ("fewest_messages", *SYNCHRONOUS)
    for place, edge in enumerate(topology.edges if isinstance(topology, EdgeList) else ()):
        if scale_free and (edge.min_rate > 0 or (edge.max_rate is not None and edge.max_rate > 0)):
            message = f"`{instance.objective}` does not depend on what single edges can do"
            fix = "Leave `min_rate` and `max_rate` out; a `max_rate` of 0 forbids the edge."
            loc = ("topology", "edges", place)
            yield Issue(code="budget-unused", loc=loc, message=message, fix=fix)
    if instance.objective in SYNCHRONOUS and budget != type(budget)():
        message = f"`{instance.objective}` has no budget: its weights are bounded by mixing itself"
        fix = "Leave `budget` out."
        yield Issue(code="budget-unused", loc=("budget",), message=message, fix=fix)


def _check_clocks(instance: "GossipRates") -> Iterator[Issue]:
    """Yield limits that do not go with wake-up clocks, and clocks that nothing uses."""
    topology, budget = instance.topology, instance.budget
    listed = topology if isinstance(topology, EdgeList) else None
    if budget.clock is None:
        for place, worker in enumerate(listed.workers if listed is not None else ()):
            if worker.clock is not None:
                message = "this worker has a clock, and `budget.clock` does not ask for clocks"
                fix = "Give `budget.clock`, or leave `clock` out."
                loc = ("topology", "workers", place)
                yield Issue(code="budget-unused", loc=loc, message=message, fix=fix)
        return
    if budget.matching:
        message = "workers that wake by clocks of their own do not meet in rounds"
        fix = "Leave out `clock` or `matching`."
        yield Issue(code="clock-rounds", loc=("budget", "clock"), message=message, fix=fix)
    for place, edge in enumerate(listed.edges if listed is not None else ()):
        if edge.min_rate > 0:
            message = "a least rate of an edge cannot be held to where workers wake by clocks"
            fix = "Leave out `min_rate`, or `clock` in `budget`."
            loc = ("topology", "edges", place)
            yield Issue(code="clock-least", loc=loc, message=message, fix=fix)


def _check_figures(instance: "GossipRates") -> Iterator[Issue]:
    """Yield least rates that a link cannot reach, and figures that are too far apart."""
    view = compile_view(instance)
    for edge in np.flatnonzero(view.least > view.most)[:10].tolist():
        a, b = (instance.topology.names()[node] for node in view.ends[edge].tolist())
        message = (
            f"`{a}` and `{b}` must average {view.least[edge]:g} times, and can {view.most[edge]:g}"
        )
        fix = "Lower `min_rate`, raise `max_rate`, or allow several exchanges at a time."
        yield Issue(code="rates-crossed", loc=("topology", "edges"), message=message, fix=fix)
    limited = view.most[(view.most > 0) & (view.most < NO_LIMIT)]
    clock = np.zeros(0) if view.clock is None else view.clock
    named = (("cost", view.cost), ("duration", view.duration), ("max_rate", limited))
    for name, column in (*named, ("clock", clock)):
        if len(column) and not 0 < column.max() <= APART * column.min():
            message = f"the figures `{name}` are more than a factor of {APART:g} apart"
            fix = "Leave out what is never the limit, or mend the unit of a figure."
            yield Issue(code="rates-apart", loc=("topology",), message=message, fix=fix)


def _check_parallel(instance: "GossipRates") -> Iterator[Issue]:
    """Yield least rates of edges for which a parallel one stands, as nothing would keep them."""
    topology = instance.topology
    if not isinstance(topology, EdgeList) or all(edge.min_rate == 0 for edge in topology.edges):
        return
    ends, columns = edge_columns(instance)
    kept = merged(ends, columns, by_rate=instance.objective == "edge_selection")
    for edge, other in hidden_least(ends, columns, kept)[:10]:
        a, b = topology.edges[edge].a, topology.edges[edge].b
        message = (
            f"edges {other} and {edge} both join `{a}` and `{b}`; number {other} stands for both, "
            f"and the `min_rate` of number {edge} would be lost"
        )
        fix = "Give one edge between them, with the figures of both together."
        loc = ("topology", "edges", edge)
        yield Issue(code="parallel-least", loc=loc, message=message, fix=fix)


def _check_selection(instance: "GossipRates") -> Iterator[Issue]:
    """Yield a number of edges that nothing uses or that is missing, and edges without a rate."""
    topology, budget, loc = instance.topology, instance.budget, ("budget",)
    if instance.objective != "edge_selection":
        if budget.edges is not None:
            message = f"`{instance.objective}` does not choose edges"
            fix = "Leave `edges` out, or ask for `edge_selection`."
            yield Issue(code="budget-unused", loc=(*loc, "edges"), message=message, fix=fix)
        return
    if budget != type(budget)(edges=budget.edges) or budget.edges is None:
        message = "`edge_selection` needs the number of edges, and no other budget"
        fix = "Give `edges` in `budget` and nothing else."
        yield Issue(code="selection-budget", loc=loc, message=message, fix=fix)
    edges = topology.edges if isinstance(topology, EdgeList) else (None,)
    for place, edge in enumerate(edges):
        if edge is None or edge.max_rate is None or edge.min_rate not in (0.0, edge.max_rate):
            message = "an edge to choose needs a rate that it then has"
            fix = "Give every edge its `max_rate`, and the same `min_rate` if it is there already."
            where = ("topology", "edges", place)
            yield Issue(code="selection-rate", loc=where, message=message, fix=fix)
