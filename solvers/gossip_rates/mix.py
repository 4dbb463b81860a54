"""Fewest messages on large networks: the D-optimal design mixed with the fastest mixing rates.

With equal costs, half of each has R_max at most twice the least and lambda_2 at least half the
greatest, hence at most twice as many messages as sqrt((n - 1) / lambda_2*), which no plan
undercuts. The best mix of the two is found by a line search. Unequal costs leave the method and its
bound valid, but the factor of two is lost: the design then evens out R_e / c_e instead of R_e.
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
from planner.solvers.gossip_rates.lowrank import certificate, limited, unfold

GAP = 1e-4
"""Gap of the fastest mixing rates at which their search ends; the mix is further from optimal."""
TRIALS, LARGE_TRIALS = 24, 8


def refuses(instance: GossipRates) -> str | None:
    """Return why a mix is not for an instance, or `None`."""
    view = instance.view
    if view.objective != "fewest_messages":
        return f"it knows `fewest_messages`, not `{view.objective}`"
    return limited(view)


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best mix, and points that prove how far from optimal it can be."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    with blas_threads(run.budget.workers):
        return _mixed(instance.view, run)


def _mixed(view: View, run: Run) -> Answer:
    fast = unfold(replace(view, objective="fastest_mixing", total=1.0), run, gap=GAP)
    proof = certificate(view, fast)
    value = bound_of(view, proof)
    proof = proof.model_copy(update={"value": value})
    run.report("fastest mixing rates", bound=value)
    even = design(view, lambda: run.stopping() is not None)
    rate = best_mix(view, even, fast.rate, run)
    return Answer(
        plan=RatesPlan(rate=rate * ((view.total or 1.0) / float(view.cost @ rate))),
        certificate=proof,
        stopped_by=run.stopping(),
        deterministic=run.stopping() is None,
        notes=("The bound holds for every plan, also for those that drop edges.",),
    )


def best_mix(view: View, even: FloatArray, fast: FloatArray, run: Run) -> FloatArray:
    """Return (1 - a) even + a fast with the fewest messages over a in [0, 1], by golden section."""
    kept = np.ones(view.edges, dtype=bool)

    def messages(share: float) -> float:
        rate = (1 - share) * even + share * fast
        found = figures(view, rate, kept, all_edges=True).messages
        return math.inf if found is None else found

    golden, low, high = (math.sqrt(5) - 1) / 2, 0.0, 1.0
    tried = {share: messages(share) for share in (0.0, 0.5, 1.0)}
    left, right = 1 - golden, golden
    for _ in range(TRIALS if view.nodes <= DENSE_NODES else LARGE_TRIALS):
        for share in (left, right):
            tried[share] = tried[share] if share in tried else messages(share)
        if run.stopping():
            break
        if tried[left] <= tried[right]:
            high, right = right, left
            left = high - golden * (high - low)
        else:
            low, left = left, right
            right = low + golden * (high - low)
    share = min(tried, key=lambda place: tried[place])
    mixed: FloatArray = (1 - share) * even + share * fast
    return mixed
