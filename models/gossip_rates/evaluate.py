"""What a plan is worth, from the instance and the plan alone."""

import math
from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import Evaluation, Metric, Objective, Sense, Violation
from planner.models.base.rounding import COMBINATORIAL
from planner.models.gossip_rates.clocks import call_faults
from planner.models.gossip_rates.figures import Figures, figures, radius, total_resistance
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components, fiedler
from planner.models.gossip_rates.matchings import matching_faults, matching_rates
from planner.models.gossip_rates.plan import GossipPlan, MatchingPlan
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.second_opinion import second_opinion
from planner.models.gossip_rates.view import NO_LIMIT, View

EVERY_EDGE = "every edge"
"""The class of plans that drop no edge; bounds with resistances speak of these alone."""
SENSES: dict[str, Sense] = {
    "fastest_mixing": "max",
    "gradient_rate": "max",
    "edge_selection": "max",
}


def evaluate(instance: GossipRates, plan: GossipPlan) -> Evaluation:
    """Return the objective, metrics and violations of a plan.

    The objective is the one the instance names; `None` where the plan does not fit the network or
    leaves it in pieces.
    """
    view = instance.view
    faults = list(_shape_faults(view, plan))
    if faults:
        return _result(view, None, {}, faults)
    try:
        with np.errstate(all="ignore"):
            return _evaluate(view, plan)
    except (ValueError, ArithmeticError):
        # `LinAlgError` is a `ValueError`.
        where = "rates too large, too small or too far apart to be evaluated"
        fault = Violation(code="rates-unreadable", constraint="plan.rate", where=where)
        return _result(view, None, {}, [fault])


def _evaluate(view: View, plan: GossipPlan) -> Evaluation:
    rate, kept = _rates(view, plan)
    if view.objective in SYNCHRONOUS:
        spectral = radius(view, rate)
        metrics: dict[str, Metric] = {
            "radius": spectral,
            "steps_per_e": 1 / math.log(1 / spectral) if 0 < spectral < 1 else None,
        }
        return _result(view, spectral, metrics, list(_weight_faults(view, rate)))
    limits = [*_limit_faults(view, rate), *call_faults(view, plan)]
    faults = [*limits, *_matching(view, plan), *_pieces(view, rate, kept)]
    wanted = view.objective in ("fewest_messages", "gradient_rate")
    found = _figures(view, rate, kept, all_edges=wanted)
    total = total_resistance(view, rate) if view.objective == "total_resistance" else None
    value = {
        "fastest_mixing": found.mixing if found.mixing > 0 else None,
        "edge_selection": found.mixing if found.mixing > 0 else None,
        "fewest_messages": found.messages,
        "gradient_rate": found.gradient_rate,
        "total_resistance": total,
    }[view.objective]
    evaluation = _result(view, value, _metrics(view, rate, kept, found), faults)
    return evaluation.model_copy(update={"scope": scope_of(view, kept)})


def _figures(view: View, rate: FloatArray, kept: np.ndarray, *, all_edges: bool) -> Figures:
    """Return the figures of rates; without resistances that nobody asks for and no memory holds."""
    try:
        return figures(view, rate, kept, all_edges=all_edges)
    except MemoryError:
        if all_edges:
            raise
    mixing, _ = fiedler(view.nodes, view.ends[kept], rate[kept])
    return Figures(mixing, None, float(view.cost @ rate))


def scope_of(view: View, kept: np.ndarray) -> str:
    """Return which class of plans one belongs to: the resistances count every edge, or some."""
    return EVERY_EDGE if kept[view.usable].all() else "some edges"


def _result(
    view: View, value: float | None, metrics: dict[str, Metric], faults: list[Violation]
) -> Evaluation:
    units = dict.fromkeys(("fastest_mixing", "gradient_rate", "edge_selection"), view.unit)
    if value is not None and not math.isfinite(value):
        raise OverflowError(view.objective)
    objective = Objective(
        name=view.objective,
        value=value,
        unit=units.get(view.objective, "1"),
        sense=SENSES.get(view.objective, "min"),
    )
    return Evaluation(objectives=(objective,), metrics=metrics, violations=tuple(faults))


def _rates(view: View, plan: GossipPlan) -> tuple[FloatArray, np.ndarray]:
    kept = view.usable.copy()
    if isinstance(plan, MatchingPlan):
        return matching_rates(view, plan), kept
    kept[plan.dropped] = False
    return plan.rate, kept


def _shape_faults(view: View, plan: GossipPlan) -> Iterator[Violation]:
    if isinstance(plan, MatchingPlan):
        yield from matching_faults(view, plan)
        return
    if plan.rate.shape != (view.edges,):
        where = f"{len(plan.rate)} rates for {view.edges} edges"
        yield Violation(code="rates-count", constraint="plan.rate", where=where)
        return
    dropped = plan.dropped
    if ((dropped < 0) | (dropped >= view.edges)).any() or len(np.unique(dropped)) < len(dropped):
        where = "an edge that does not exist, or one twice"
        yield Violation(code="dropped-unknown", constraint="plan.dropped", where=where)
    elif plan.rate[dropped].any():
        where = "a dropped edge has a rate"
        yield Violation(code="dropped-used", constraint="plan.dropped", where=where)
    if view.objective not in SYNCHRONOUS and (plan.rate < 0).any():
        worst = int(plan.rate.argmin())
        yield Violation(
            code="rate-negative",
            constraint="plan.rate",
            where=edge_name(view, worst),
            amount=-float(plan.rate[worst]),
            unit=view.unit,
        )


def _matching(view: View, plan: GossipPlan) -> Iterator[Violation]:
    if view.is_matching and not isinstance(plan, MatchingPlan):
        where = "rates without the matchings that realise them"
        yield Violation(code="matchings-missing", constraint="budget.matching", where=where)


def _limit_faults(view: View, rate: FloatArray) -> Iterator[Violation]:
    """Yield every budget that is exceeded by more than rounding."""
    cost = float(view.cost @ rate)
    if view.total is not None and cost > view.total * (1 + COMBINATORIAL):
        yield Violation(
            code="budget-total",
            constraint="budget.total",
            where="all edges",
            amount=cost - view.total,
            unit=view.unit,
        )
    chosen = int(((rate > 0) & (view.least <= 0)).sum())
    if view.count is not None and chosen > view.count:
        where = f"{chosen} edges chosen"
        amount = float(chosen - view.count)
        yield Violation(
            code="edges-over-count", constraint="budget.edges", where=where, amount=amount
        )
    if view.concurrency is not None:
        busy = busy_times(view, rate)
        for node in np.flatnonzero(busy > view.concurrency * (1 + COMBINATORIAL))[:10].tolist():
            over = float(busy[node] - view.concurrency[node])
            where = f"node {node}"
            yield Violation(code="budget-node", constraint="budget.node", where=where, amount=over)
    most = np.where(view.most == NO_LIMIT, np.inf, view.most)
    over_most = rate > most * (1 + COMBINATORIAL)
    for edge in np.flatnonzero(over_most)[:10].tolist():
        yield Violation(
            code="rate-over-limit",
            constraint="topology.edges.max_rate",
            where=edge_name(view, edge),
            amount=float(rate[edge] - view.most[edge]),
            unit=view.unit,
        )
    for edge in np.flatnonzero(rate < view.least * (1 - COMBINATORIAL))[:10].tolist():
        yield Violation(
            code="rate-under-limit",
            constraint="topology.edges.min_rate",
            where=edge_name(view, edge),
            amount=float(view.least[edge] - rate[edge]),
            unit=view.unit,
        )


def _weight_faults(view: View, weight: FloatArray) -> Iterator[Violation]:
    """Yield what keeps weights from being those of a Markov chain, where that is asked."""
    if view.objective != "fmmc":
        return
    for edge in np.flatnonzero(weight < -COMBINATORIAL)[:10].tolist():
        where = edge_name(view, edge)
        amount = -float(weight[edge])
        yield Violation(code="rate-negative", constraint="plan.rate", where=where, amount=amount)
    load = np.bincount(view.ends.ravel(), np.repeat(weight, 2), view.nodes)
    for node in np.flatnonzero(load > 1 + COMBINATORIAL)[:10].tolist():
        amount = float(load[node] - 1)
        where = f"node {node}"
        yield Violation(code="chain-over-one", constraint="plan.rate", where=where, amount=amount)


def _pieces(view: View, rate: FloatArray, kept: np.ndarray) -> Iterator[Violation]:
    label = components(view.nodes, view.ends[kept & (rate > 0)])
    if label.max() > 0:
        where = f"the edges in use leave {int(label.max()) + 1} pieces"
        yield Violation(code="network-in-pieces", constraint="plan.rate", where=where)


def busy_times(view: View, rate: FloatArray) -> FloatArray:
    """Return how many exchanges each node has at a time on average, shape (n,)."""
    busy = np.bincount(view.ends.ravel(), np.repeat(rate * view.duration, 2), view.nodes)
    return np.asarray(busy, dtype=np.float64)


def edge_name(view: View, edge: int) -> str:
    """Return how an edge is called in a message."""
    a, b = view.ends[edge].tolist()
    return f"edge {edge} (nodes {a} and {b})"


def _metrics(view: View, rate: FloatArray, kept: np.ndarray, found: Figures) -> dict[str, Metric]:
    busy = busy_times(view, rate)
    slow = found.mixing / 2
    often = float(rate.sum())
    return {
        "lambda_2": found.mixing,
        "largest_resistance": found.resistance,
        "chi1": 1 / found.mixing if found.mixing > 0 else None,
        "chi2": None if found.resistance is None else found.resistance / 2,
        "messages": found.messages,
        "gradient_rate": found.gradient_rate,
        "total_cost": found.cost,
        "total_rate": often,
        "edges_used": int((rate > 0).sum()),
        "edges_dropped": int((~kept).sum()),
        "busiest_worker": int(busy.argmax()),
        "busiest_worker_load": float(busy.max()),
        "seconds_to_1e-3": math.log(1e3) / slow if slow > 0 else None,
        "seconds_to_1e-6": math.log(1e6) / slow if slow > 0 else None,
        "averages_to_1e-6": often * math.log(1e6) / slow if slow > 0 else None,
        "tree_messages": 2 * (view.nodes - 1),
        **second_opinion(view, rate, found.mixing, found.resistance),
    }
