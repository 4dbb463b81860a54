"""Fewest messages on large networks: the D-optimal design mixed with the fastest mixing rates.

With equal costs, half of each has R_max at most twice the least and lambda_2 at least half the
greatest, hence at most twice as many messages as sqrt((n - 1) / lambda_2*), which no plan
undercuts. The best mix of the two is found by a line search. Unequal costs leave the method and its
bound valid, but the factor of two is lost: the design then evens out R_e / c_e instead of R_e.

A total cost of C sustains C / F gradients, so that the same rates are best for `gradient_rate`.
"""

import math
from dataclasses import replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.figures import figures
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.d_optimal import DENSE_NODES, design
from planner.solvers.gossip_rates.deadline import Deadline, figures_seconds, recheck_seconds
from planner.solvers.gossip_rates.left_out import left_out, left_out_note
from planner.solvers.gossip_rates.lowrank import certificate, limited, unfold

GAP = 1e-4
"""Gap of the fastest mixing rates at which their search ends; the mix is further from optimal."""
TRIALS, LARGE_TRIALS = 24, 8
FIRST = (0.0, 0.5, 1.0)
"""Shares of the fastest mixing rates that are tried first."""
LEAST = 4
"""Trials that a design and a mix of it take at least."""
UNFOLDING, DESIGN = 0.4, 0.5
"""Share of the time left for the fastest mixing rates, then for the design."""
NOTE = "The bound holds for every plan, also for those that drop edges."


def refuses(instance: GossipRates) -> str | None:
    """Return why a mix is not for an instance, or `None`."""
    view = instance.view
    if view.objective not in ("fewest_messages", "gradient_rate"):
        return f"it knows `fewest_messages` and `gradient_rate`, not `{view.objective}`"
    return limited(view)


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best mix, and points that prove how far from optimal it can be."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    with blas_threads(run.budget.workers):
        return _mixed(instance.view, run)


def _mixed(view: View, run: Run) -> Answer:
    end = Deadline(run, recheck_seconds(view))
    mixing = replace(view, objective="fastest_mixing", total=1.0)
    fast = unfold(mixing, run, gap=GAP, end=end.part(UNFOLDING))
    proof = certificate(view, fast)
    value = bound_of(view, proof)
    proof = proof.model_copy(update={"value": value})
    notes = (NOTE, *left_out_note(view))
    first = Answer(plan=_plan(view, 1 / view.cost), certificate=proof, notes=notes)
    run.report("fastest mixing rates", answer=first, bound=value)
    if left_out(view) is not None:
        return replace(first, stopped_by=end.ended_by, deterministic=end.ended_by is None)
    if end.lacks(LEAST * figures_seconds(view, resistances=True)):
        return replace(first, stopped_by=end.ended_by, deterministic=False)
    even = design(view, end.part(DESIGN).is_late)
    rate = best_mix(view, even, fast.rate, end)
    stopped = end.ended_by
    return replace(first, plan=_plan(view, rate), stopped_by=stopped, deterministic=stopped is None)


def _plan(view: View, rate: FloatArray) -> RatesPlan:
    """Return rates of this shape that use up the budget."""
    return RatesPlan(rate=rate * ((view.total or 1.0) / float(view.cost @ rate)))


def best_mix(view: View, even: FloatArray, fast: FloatArray, end: Deadline) -> FloatArray:
    """Return (1 - a) even + a fast with the fewest messages over a in [0, 1], by golden section.

    It ends with the best so far before a trial that would be too late.
    """
    kept, tried = np.ones(view.edges, dtype=bool), dict[float, float]()

    def messages(share: float) -> float:
        if share not in tried:
            rate = (1 - share) * even + share * fast
            found = figures(view, rate, kept, all_edges=True).messages
            tried[share] = math.inf if found is None else found
        return tried[share]

    golden, low, high = (math.sqrt(5) - 1) / 2, 0.0, 1.0
    left, right = 1 - golden, golden
    trials = TRIALS if view.nodes <= DENSE_NODES else LARGE_TRIALS
    for share in FIRST:
        if tried and end.is_late():
            break
        messages(share)
    for _ in range(trials if len(tried) == len(FIRST) else 0):
        if end.is_late():
            break
        if messages(left) <= messages(right):
            high, right = right, left
            left = high - golden * (high - low)
        else:
            low, left = left, right
            right = low + golden * (high - low)
    share = min(tried, key=lambda place: tried[place])
    mixed: FloatArray = (1 - share) * even + share * fast
    return mixed
