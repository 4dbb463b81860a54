"""Pruning: a network in which fewer edges count can need fewer messages.

The largest resistance is taken over every edge that is listed, also over useless ones. Starting
from several sets of edges, edges are dropped and taken back as long as that helps; the rates of
each set are the best there are. The bound holds for every set of edges.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.certificate import EmbeddingCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components, pseudo_inverse
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Budget, Run
from planner.solvers.gossip_rates import newton
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.programmes import scaled

MOST_EDGES = 400
ENOUGH = 1e-7
"""Relative improvement below which a change is rounding."""
FLOOR = 0.3
"""Share of the time left for the bound, without which no set of edges is known to be best."""
ROUGH = 1e-4
"""Relative gap at which two sets of edges are compared."""

Mask = np.ndarray


def refuses(instance: GossipRates) -> str | None:
    """Return why pruning is not for an instance, or `None`."""
    view = instance.view
    if view.objective != "fewest_messages":
        return f"dropping edges does not help `{view.objective}`"
    if view.edges > MOST_EDGES:
        return f"there are {view.edges:,} edges, more than {MOST_EDGES:,}"
    return None


@dataclass(frozen=True, slots=True)
class Support:
    """A set of edges with its best rates."""

    kept: Mask
    rate: FloatArray
    messages: float
    theta: FloatArray
    """Multipliers of the resistances: which edges hold the others back."""


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best set of edges found, its rates, and the bound for every set."""
    view = instance.view
    if (nothing := infeasible(instance)) is not None:
        return nothing
    floor, mixing_rate = _floor(view, run)
    best = _rates_of(view, view.usable.copy(), run)
    _report(run, view, best, floor)
    for kept in _starts(view, best, mixing_rate, run):
        if run.stopping() is not None or _is_proved(best, floor, run):
            break
        found = _descend(view, _rates_of(view, kept, run, ROUGH), run, floor)
        if found.messages < best.messages * (1 - ENOUGH):
            best = min(found, _rates_of(view, found.kept, run), key=lambda one: one.messages)
            _report(run, view, best, floor)
    return replace(_answer(view, best, floor), stopped_by=run.stopping())


def _floor(view: View, run: Run) -> tuple[EmbeddingCertificate | None, FloatArray]:
    """Return the bound for every set of edges, and the rates that mix fastest."""
    mixing = replace(view, objective="fastest_mixing")
    model = scaled(mixing)
    assert model is not None
    left = run.remaining()
    limit = None if left is None else FLOOR * left
    found = newton.optimise(mixing, model, Run(Budget(time_limit=limit)), quiet=True)
    if not isinstance(found.proof, EmbeddingCertificate):
        return None, found.rate
    value = bound_of(view, found.proof)
    proof = None if value is None else found.proof.model_copy(update={"value": value})
    return proof, found.rate


def _rates_of(view: View, kept: Mask, run: Run, gap: float = 1e-6) -> Support:
    """Return the best rates on a connected set of edges."""
    part = replace(view, most=np.where(kept, view.most, 0.0))
    model = scaled(part)
    assert model is not None
    assert model.resistance is not None
    inner = Run(Budget(gap=gap, time_limit=run.remaining(), workers=run.budget.workers))
    found = newton.optimise(part, model, inner, quiet=True, prove=gap < ROUGH)
    theta = np.zeros(view.edges)
    theta[model.used] = model.resistance.dual
    return Support(kept, found.rate, found.worth, theta)


def _starts(view: View, best: Support, mixing: FloatArray, run: Run) -> Iterator[Mask]:
    """Yield the sets of edges that the search starts from."""
    yield best.kept
    yield (mixing > 1e-6 * mixing.max()) & view.usable
    for centre in _centres(view):
        yield _tree(view, centre)
    rng = run.rng("prune")
    for _ in range(4):
        yield _tree(view, None, rng.random(view.edges) * (1e-3 + best.rate))


def _centres(view: View) -> list[int]:
    degree = np.bincount(view.ends[view.usable].ravel(), minlength=view.nodes)
    return [int(node) for node in np.argsort(-degree, kind="stable")[:2]]


def _tree(view: View, centre: int | None, weight: FloatArray | None = None) -> Mask:
    """Return a spanning tree: breadth first from a centre, or heaviest edges first."""
    from scipy.sparse import csgraph, csr_array

    used = np.flatnonzero(view.usable)
    i, j = view.ends[used].T
    shape, size = (
        (view.nodes, view.nodes),
        np.ones(len(used)) if weight is None else 2 - weight[used],
    )
    graph = csr_array((size, (i, j)), shape=shape)
    if centre is None:
        tree = csgraph.minimum_spanning_tree(graph)
    else:
        tree = csgraph.breadth_first_tree(graph, centre, directed=False)
    pairs = {
        tuple(sorted(pair)) for pair in zip(*(x.tolist() for x in tree.nonzero()), strict=True)
    }
    kept = np.zeros(view.edges, dtype=bool)
    kept[used] = [pair in pairs for pair in zip(i.tolist(), j.tolist(), strict=True)]
    return kept


def _descend(view: View, start: Support, run: Run, floor: EmbeddingCertificate | None) -> Support:
    """Drop, then add edges while that helps; the most promising changes are tried first."""
    now, moved = start, True
    while moved and not _is_proved(now, floor, run):
        moved = False
        for order in (_to_drop(view, now), _to_add(view, now)):
            for edge in order:
                if run.stopping() is not None:
                    return now
                kept = now.kept.copy()
                kept[edge] = not kept[edge]
                if components(view.nodes, view.ends[kept]).max() > 0:
                    continue
                found = _rates_of(view, kept, run, ROUGH)
                if found.messages < now.messages * (1 - ROUGH):
                    now, moved = found, True
    return now


def _to_drop(view: View, now: Support) -> list[int]:
    """Return the edges in use, those first whose resistance costs most for their rate."""
    used = np.flatnonzero(now.kept)
    worth = now.theta[used] / now.theta.sum() - now.rate[used] * view.cost[used]
    result: list[int] = used[np.argsort(-worth, kind="stable")].tolist()
    return result


def _to_add(view: View, now: Support) -> list[int]:
    """Return the edges left out, those first that join nodes far apart."""
    out = np.flatnonzero(view.usable & ~now.kept)
    inverse = pseudo_inverse(view.nodes, view.ends, np.where(now.kept, now.rate, 0.0))
    i, j = view.ends[out].T
    apart = (inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]) / view.cost[out]
    result: list[int] = out[np.argsort(-apart, kind="stable")].tolist()
    return result


def _is_proved(found: Support, floor: EmbeddingCertificate | None, run: Run) -> bool:
    return floor is not None and found.messages <= floor.value * (1 + run.budget.gap)


def _answer(view: View, found: Support, floor: EmbeddingCertificate | None) -> Answer:
    """Return the plan; edges that are forbidden anyway are not called dropped."""
    dropped: IntArray = np.flatnonzero(view.usable & ~found.kept)
    plan = RatesPlan(rate=np.where(found.kept, found.rate, 0.0), dropped=dropped)
    note = f"{len(dropped)} of {int(view.usable.sum())} edges are left out of the network."
    return Answer(plan=plan, certificate=floor, notes=(note,))


def _report(run: Run, view: View, found: Support, floor: EmbeddingCertificate | None) -> None:
    bound = None if floor is None else floor.value
    run.report("prune", answer=_answer(view, found, floor), objective=found.messages, bound=bound)
