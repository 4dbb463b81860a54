"""Gossip on a spanning tree, beside reducing and broadcasting along it."""

import math
from dataclasses import replace

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.figures import figures
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates import closed_forms, newton
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.baselines.proofs import cheap_proof, no_rates, with_view
from planner.solvers.gossip_rates.baselines.scaling import to_limits
from planner.solvers.gossip_rates.clocks import without_clocks

MOST_EDGES = 200
"""Above so many edges the rates on a tree are equal, unless their optimum is known."""
SHARES = 9
"""Blends of rates that are tried on a large tree."""
ROOTS = 24
"""Most roots from which a tree of shortest paths is tried."""


def refuses(instance: GossipRates) -> str | None:
    """Return why a tree is not for an instance, or `None`."""
    view = instance.view
    if view.is_matching:
        return "rounds of matchings are for `matcha`"
    return no_rates(view.objective) or without_clocks(view)


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return rates on the best of several trees of cheapest paths; the other edges are dropped."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view
    trees = [_tree(view, root) for root in _roots(view)]
    kept = min(trees, key=lambda tree: _worth(view, tree))
    rate = np.zeros(view.edges)
    rate[kept] = _best_rates(instance, kept, run)
    dropped = np.setdiff1d(np.arange(view.edges), kept)
    plan = RatesPlan(rate=rate, dropped=dropped)
    return Answer(plan=plan, certificate=cheap_proof(instance, run), notes=(_advice(view, rate),))


def _roots(view: View) -> list[int]:
    """Return the nodes with the most edges."""
    degree = np.bincount(view.ends[view.usable].ravel(), minlength=view.nodes)
    most = min(view.nodes, ROOTS if view.nodes <= 5_000 else 2)
    found: list[int] = np.argsort(-degree, kind="stable")[:most].tolist()
    return found


def _tree(view: View, root: int) -> IntArray:
    """Return the edges of the tree of cheapest paths from a root."""
    from scipy import sparse
    from scipy.sparse import csgraph

    used = np.flatnonzero(view.usable)
    i, j = view.ends[used].T
    shape = (view.nodes, view.nodes)
    graph = sparse.csr_array((view.cost[used], (i, j)), shape=shape)
    _, before = csgraph.dijkstra(graph, directed=False, indices=root, return_predecessors=True)
    child = np.flatnonzero(before >= 0)
    pairs = np.sort(np.stack([before[child], child], axis=1), axis=1)
    # The edges of a view are sorted by their ends.
    key = view.ends[:, 0] * view.nodes + view.ends[:, 1]
    found: IntArray = np.sort(np.searchsorted(key, pairs[:, 0] * view.nodes + pairs[:, 1]))
    return found


def _worth(view: View, kept: IntArray) -> float:
    """Return the messages for equal rates on a tree, by which trees are compared."""
    part = _within(view, kept)
    found = figures(part, np.ones(part.edges), np.full(part.edges, True), all_edges=False)
    return math.inf if found.messages is None else found.messages


def _best_rates(instance: GossipRates, kept: IntArray, run: Run) -> FloatArray:
    part = _within(instance.view, kept)
    alone = with_view(instance, part)
    method = None
    if closed_forms.refuses(alone) is None:
        method = closed_forms.solve
    elif part.edges <= MOST_EDGES and newton.refuses(alone) is None:
        method = newton.solve
    plan = None if method is None else method(alone, run).plan
    if isinstance(plan, RatesPlan):
        return plan.rate
    return to_limits(part, _blend(alone, run))


def _blend(instance: GossipRates, run: Run) -> FloatArray:
    """Return equal rates mixed with those that mix fastest, where that saves messages."""
    view, even = instance.view, np.full(instance.view.edges, 1 / instance.view.edges)
    mixing = with_view(instance, replace(view, objective="fastest_mixing"))
    if view.objective != "fewest_messages" or closed_forms.refuses(mixing) is not None:
        return even
    plan = closed_forms.solve(mixing, run).plan
    if not isinstance(plan, RatesPlan):
        return even
    fast = plan.rate / float(plan.rate.sum())
    blends = [even + share * (fast - even) for share in np.linspace(0, 1, SHARES).tolist()]
    kept = np.full(view.edges, True)

    def messages(rate: FloatArray) -> float:
        found = figures(view, rate, kept, all_edges=True).messages
        return math.inf if found is None else found

    return min(blends, key=messages)


def _within(view: View, kept: IntArray) -> View:
    return replace(
        view,
        ends=view.ends[kept],
        cost=view.cost[kept],
        duration=view.duration[kept],
        least=view.least[kept],
        most=view.most[kept],
    )


def _advice(view: View, rate: FloatArray) -> str:
    """Say what exact averaging along a tree costs, and whether gossip costs more."""
    found = figures(view, rate, rate > 0, all_edges=False)
    exact = 2 * (view.nodes - 1)
    if found.mixing <= 0:
        return f"A reduce and a broadcast along the tree take {exact:,} one-way messages."
    gossip = 2 * float(rate.sum()) * math.log(1e6) / (found.mixing / 2)
    better = "fewer" if exact < gossip else "more"
    advice = "; gossip is the wrong tool unless workers must not wait" if exact < gossip else ""
    return (
        f"A reduce and a broadcast along the tree average exactly with {exact:,} one-way messages, "
        f"{better} than the {gossip:,.0f} within which gossip on it is sure to bring the energy "
        f"down to 1e-6{advice}."
    )
