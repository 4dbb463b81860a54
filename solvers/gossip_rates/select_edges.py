"""Edge selection: which k edges make lambda_2 largest, proved by branch and bound.

Spanning trees have a search of their own. Otherwise each node of the search relaxes the choice to
shares between 0 and 1, solved by Newton's method, and branches on the share nearest to one half;
its bound is recomputed from the points, so that rounding cannot cut off the best choice.
"""

import heapq
import itertools
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.certificate import EmbeddingCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components, fiedler
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Budget, Run
from planner.solvers.gossip_rates import newton
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.best_tree import TreeSearch
from planner.solvers.gossip_rates.programmes import scaled

MOST_EDGES = 300
NAME = "branch and bound"


def refuses(instance: GossipRates) -> str | None:
    """Return why edges cannot be chosen for an instance, or `None`."""
    view = instance.view
    if view.objective != "edge_selection":
        return f"it chooses edges; `{view.objective}` chooses rates"
    if view.edges > MOST_EDGES:
        return f"there are {view.edges:,} edges, more than {MOST_EDGES:,}"
    return None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search found: edges besides the fixed ones, their lambda_2, and a bound."""

    edges: IntArray
    mixing: float
    bound: float | None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best choice of edges; the bound of the whole search is the search's word."""
    view = instance.view
    if (nothing := infeasible(instance)) is not None:
        return nothing
    root = _relaxed(view, run)
    proof = None if root is None else root[1]
    search = _tree if _asks_for_tree(view) else _branch
    found = search(view, run, proof)
    if not found.mixing > 0:
        return Answer(
            certificate=proof,
            stopped_by=run.stopping(),
            notes=("No choice of so many edges that joins the network was found.",),
        )
    return Answer(
        plan=RatesPlan(rate=_rates(view, found.edges)),
        certificate=proof,
        solver_bound=found.bound,
        solver=None if found.bound is None else NAME,
        stopped_by=run.stopping(),
    )


def _asks_for_tree(view: View) -> bool:
    fixed = np.flatnonzero((view.least > 0) & view.usable)
    pieces = int(components(view.nodes, view.ends[fixed]).max()) + 1
    return len(fixed) == view.nodes - pieces and view.count == pieces - 1


def _tree(view: View, run: Run, proof: EmbeddingCertificate | None) -> Choice:
    """Return the best spanning tree."""
    forced = np.flatnonzero((view.least > 0) & view.usable).tolist()
    allowed = np.flatnonzero((view.least <= 0) & view.usable).tolist()
    search = TreeSearch(view.nodes, view.ends, view.most, lambda: run.stopping() is not None)
    search.run(forced, allowed)
    chosen = np.setdiff1d(search.best, forced)
    bound = search.goal * (1 + 1e-8) if search.complete else None
    return Choice(chosen, search.goal, bound)


def _branch(view: View, run: Run, proof: EmbeddingCertificate | None) -> Choice:
    """Return the best choice by best-first search on relaxed choices."""
    best = Choice(np.zeros(0, dtype=np.int64), 0.0, None)
    number, queue = itertools.count(), [(-np.inf, 0, view)]
    while queue:
        if -queue[0][0] <= best.mixing * (1 + 0.5 * run.budget.gap) or run.stopping() is not None:
            break
        _, _, part = heapq.heappop(queue)
        solved = _relaxed(part, run)
        if solved is None:
            continue
        rate, own = solved
        share = np.where(part.least < part.most, rate / np.maximum(part.most, 1e-300), 0.0)
        best = _rounded(view, part, share, best)
        if own is not None and own.value <= best.mixing * (1 + 0.5 * run.budget.gap):
            continue
        open_edges = np.flatnonzero((share > 1e-7) & (part.least < part.most))
        if not len(open_edges):
            continue
        edge = int(open_edges[np.abs(share[open_edges] - 0.5).argmin()])
        value = np.inf if own is None else own.value
        for child in (_taken(part, edge), _left_out(part, edge)):
            heapq.heappush(queue, (-value, next(number), child))
        shown = min(value, np.inf if proof is None else proof.value)
        bound = float(shown) if np.isfinite(shown) else None
        run.report("select", objective=best.mixing or None, bound=bound)
    left = max((-key for key, _, _ in queue), default=best.mixing)
    # Nodes within half the gap asked for were cut off.
    reached = max(left, best.mixing * (1 + 0.5 * run.budget.gap))
    return replace(best, bound=float(reached) if np.isfinite(reached) else None)


def _relaxed(part: View, run: Run) -> tuple[FloatArray, EmbeddingCertificate | None] | None:
    """Return the best shares as rates and their certificate; `None` where nothing connects."""
    if components(part.nodes, part.ends[part.usable]).max() > 0:
        return None
    if not part.count:
        part = replace(part, most=part.least)
        if components(part.nodes, part.ends[part.usable]).max() > 0:
            return None
    model = scaled(part)
    if model is None:
        return None
    inner = Run(Budget(gap=run.budget.gap, time_limit=run.remaining()))
    found = newton.optimise(part, model, inner, quiet=True)
    proof = found.proof
    if not isinstance(proof, EmbeddingCertificate):
        return found.rate, None
    value = bound_of(part, proof)
    return found.rate, None if value is None else proof.model_copy(update={"value": value})


def _taken(part: View, edge: int) -> View:
    assert part.count is not None
    least = part.least.copy()
    least[edge] = part.most[edge]
    return replace(part, least=least, count=part.count - 1)


def _left_out(part: View, edge: int) -> View:
    most = part.most.copy()
    most[edge] = 0.0
    return replace(part, most=most)


def _rounded(view: View, part: View, share: FloatArray, best: Choice) -> Choice:
    """Return the better of the best choice and the largest shares of this node."""
    assert part.count is not None
    taken = np.flatnonzero((part.least > 0) & (view.least <= 0))
    order = np.argsort(-share, kind="stable")[: part.count]
    edges = np.union1d(taken, order[share[order] > 0])
    mixing = fiedler(view.nodes, view.ends, _rates(view, edges))[0]
    return Choice(edges, mixing, None) if mixing > best.mixing else best


def _rates(view: View, edges: IntArray) -> FloatArray:
    rate = view.least.copy()
    rate[edges] = view.most[edges]
    return rate
