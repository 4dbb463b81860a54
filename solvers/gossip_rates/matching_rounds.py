"""Rounds of matchings: rates over the matching polytope, and the matchings that realise them.

The rates are best for the odd sets known so far; sets that they exceed are added until none is
left. Then maximum-weight matchings are generated until their shares come to the rates.
"""

from dataclasses import replace

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.matchings import matching_rates
from planner.models.gossip_rates.plan import MatchingPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates import newton
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.decomposition import blended, rounds
from planner.solvers.gossip_rates.limits import limit_rows
from planner.solvers.gossip_rates.odd_sets import violated_sets
from planner.solvers.gossip_rates.programmes import scaled

MOST_EDGES = 1_000
MOST_NODES = 120
MOST_SETS = 200
"""Odd sets after which the rates are taken as they are."""
TINY = 1e-9
"""Share of the largest rate below which an edge is left out of the rounds."""

ROUNDING = 1e-10
"""Excess over a limit that is left alone."""


def refuses(instance: GossipRates) -> str | None:
    """Return why rounds of matchings are not for an instance, or `None`."""
    view = instance.view
    if not view.is_matching:
        return "the instance does not ask for rounds: set `budget.matching`"
    if view.edges > MOST_EDGES or view.nodes > MOST_NODES:
        return f"more than {MOST_EDGES:,} edges or {MOST_NODES} nodes"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return matchings with their shares, and the prices of the odd sets that bound them."""
    view = instance.view
    if (nothing := infeasible(instance)) is not None:
        return nothing
    sets: tuple[IntArray, ...] = ()
    while True:
        model = scaled(view, sets)
        if model is None:
            note = "The least rates exceed what an odd number of nodes can do in rounds."
            return Answer(notes=(note,))
        found = newton.optimise(view, model, run, sets, quiet=True)
        used = _used(view, found.rate)
        more = violated_sets(view, used) if len(sets) < MOST_SETS else []
        known = {tuple(nodes.tolist()) for nodes in sets}
        more = [nodes for nodes in more if tuple(nodes.tolist()) not in known]
        bound = None if found.proof is None else found.proof.value
        run.report("matchings", bound=bound)
        if not more or run.stopping() is not None:
            break
        sets = (*sets, *more)
    plan = _within(view, rounds(view, used, run), run)
    answer = Answer(plan=plan, certificate=found.proof, stopped_by=run.stopping())
    count = f"{len(plan.share)} matchings; {len(sets)} odd sets were needed."
    return replace(answer, notes=(count,))


def _within(view: View, plan: MatchingPlan, run: Run) -> MatchingPlan:
    """Return the plan within the limits, which rounding may exceed.

    Rounds that do no more than the least rates take as large a part as that needs; what they cannot
    mend is scaled down.
    """
    load = _loads(view, plan)
    over = load > 1 + ROUNDING
    if over.any() and view.least.any():
        least = rounds(view, view.least * view.duration, run)
        room = load - _loads(view, least)
        mends = over & (room > load - 1)
        part = np.where(mends, (load - 1) / np.where(mends, room, 1.0), 0.0)
        plan = blended(plan, least, float(part.max()))
    most = float(_loads(view, plan).max())
    return plan if most <= 1 + ROUNDING else plan.model_copy(update={"share": plan.share / most})


def _loads(view: View, plan: MatchingPlan) -> FloatArray:
    """Return how much of each limit a plan uses, 1 being all: of the rounds first."""
    rate = matching_rates(view, plan)
    rows = [float(row.weight @ rate) for row in limit_rows(view)]
    held = np.minimum(view.most, np.finfo(np.float64).max / 4)
    result: FloatArray = np.concatenate([[plan.share.sum()], rows, rate[held > 0] / held[held > 0]])
    return result


def _used(view: View, rate: FloatArray) -> FloatArray:
    """Return the exchanges per round, rates that are only rounding left out."""
    used = rate * view.duration
    used[(used < TINY * used.max()) & (view.least <= 0)] = 0.0
    return np.asarray(used)
