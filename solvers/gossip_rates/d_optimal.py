"""The D-optimal design: rates of the greatest determinant, whose largest resistance is the least.

Over rates of total cost 1 the largest R_e / c_e is at least n - 1 (Foster), and the rates that
maximise log det L reach it (Kiefer and Wolfowitz 1960). Each step p_e <- p_e R_e / (c_e (n - 1))
keeps the total and raises the determinant (Titterington 1976); steps are extrapolated two at a time
(Varadhan and Roland 2008).
"""

from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import resistances
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.baselines.proofs import cheap_proof, forbidden
from planner.solvers.gossip_rates.baselines.scaling import to_limits
from planner.solvers.gossip_rates.clocks import without_clocks
from planner.solvers.gossip_rates.deadline import Deadline, recheck_seconds
from planner.solvers.gossip_rates.first_plan import first_proof
from planner.solvers.gossip_rates.left_out import left_out

ACCURACY = 1e-6
"""Relative excess of the largest resistance at which the design counts as found."""
FEWEST_ROUNDS, MOST_ROUNDS = 12, 1_000
WORK = 1e11
"""Nodes cubed times rounds, at most."""
DENSE_NODES = 2_400
LOWEST = 1e-9
"""Least rate relative to the largest: an edge with no rate would never get one again."""


def refuses(instance: GossipRates) -> str | None:
    """Return why the design is not for an instance, or `None`."""
    view = instance.view
    if view.objective in SYNCHRONOUS:
        return "weights of synchronous averaging have no resistances"
    if view.is_matching:
        return "rounds of matchings have no D-optimal rates"
    return without_clocks(view) or left_out(view)


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the rates of the least largest resistance, scaled to the limits."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view
    shape, end = np.zeros(view.edges), Deadline(run, recheck_seconds(view))
    with blas_threads(run.budget.workers):
        shape[view.usable] = design(view, end.is_late)
    plan = RatesPlan(rate=to_limits(view, shape), dropped=forbidden(view))
    proof = cheap_proof(instance, run) or first_proof(view)
    return Answer(plan=plan, certificate=proof, stopped_by=end.ended_by)


def design(view: View, stop: Callable[[], bool] = lambda: False) -> FloatArray:
    """Return the D-optimal rates of the usable edges for a total cost of 1.

    `stop` is asked after each round whether there is no time for another.
    """
    ends, cost = view.ends[view.usable], view.cost[view.usable]
    rounds = int(min(max(FEWEST_ROUNDS, WORK / view.nodes**3), MOST_ROUNDS))

    def raised(rate: FloatArray) -> tuple[FloatArray, float]:
        share = resistances(view.nodes, ends, rate) / (cost * (view.nodes - 1))
        found = np.maximum(rate * share, LOWEST * float(rate.max()))
        return found / float(cost @ found), float(share.max())

    rate: FloatArray = 1 / (cost * len(cost))
    best, least = rate, np.inf
    for _ in range(rounds):
        first, excess = raised(rate)
        if excess < least:
            best, least = rate, excess
        if least <= 1 + ACCURACY or stop():
            break
        second, _ = raised(first)
        rate = _extrapolated(rate, first, second)
        rate = np.maximum(rate, LOWEST * float(rate.max()))
        rate /= float(cost @ rate)
    return best


def _extrapolated(start: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """Return where two steps lead if they go on, in the logarithms of the rates."""
    origin, one, two = np.log(start), np.log(first), np.log(second)
    step, bend = one - origin, two - 2 * one + origin
    turn = float(np.linalg.norm(bend))
    if turn == 0:
        return second
    length = min(max(float(np.linalg.norm(step)) / turn, 1.0), 50.0)
    found: FloatArray = np.exp(origin + 2 * length * step + length * length * bend)
    return found
