"""Rounds of matchings: the rates they come to, and what is wrong with them."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import Violation
from planner.models.base.rounding import COMBINATORIAL
from planner.models.gossip_rates.plan import MatchingPlan
from planner.models.gossip_rates.view import View


def matching_rates(view: View, plan: MatchingPlan) -> FloatArray:
    """Return the rate of each edge, in exchanges per round over the length of a round, (m,)."""
    share = np.repeat(plan.share, np.diff(plan.start))
    found: FloatArray = np.bincount(plan.edge, share, view.edges) / view.duration.max()
    return found


def matching_faults(view: View, plan: MatchingPlan) -> Iterator[Violation]:
    """Yield columns that do not fit together, edges that meet in a round, shares above 1."""
    start, edge = plan.start, plan.edge
    fits = len(start) == len(plan.share) + 1 and len(start) and start[0] == 0
    if not fits or start[-1] != len(edge) or (np.diff(start) < 0).any():
        where = "`start` does not divide `edge` among the matchings"
        yield Violation(code="matchings-shape", constraint="plan.start", where=where)
        return
    if ((edge < 0) | (edge >= view.edges)).any():
        where = "an edge that does not exist"
        yield Violation(code="matchings-shape", constraint="plan.edge", where=where)
        return
    if (plan.share < 0).any() or plan.share.sum() > 1 + COMBINATORIAL:
        amount = float(plan.share.sum() - 1)
        where = f"the shares sum to {plan.share.sum():g}"
        yield Violation(code="matchings-share", constraint="plan.share", where=where, amount=amount)
    turn = np.repeat(np.arange(len(plan.share)), np.diff(start))
    meeting = (turn[:, None] * view.nodes + view.ends[edge]).ravel()
    ordered = np.sort(meeting)
    clash = np.flatnonzero(ordered[1:] == ordered[:-1])
    for place in clash[:10].tolist():
        matching, node = divmod(int(ordered[place]), view.nodes)
        where = f"node {node} twice in matching {matching}"
        yield Violation(code="matchings-clash", constraint="plan.edge", where=where)
