"""Wake-up clocks: each worker wakes so many times per second and calls one of its peers.

The rate of an edge is what its two ends call each other, rate_ij = a_ij + a_ji with a >= 0, and a
worker calls no more often than it wakes, sum_j a_ij <= clock_i (Boyd, Ghosh, Prabhakar and Shah
2006, with a_ij = clock_i P_ij). By duality the worth of all such rates, sum rate_e worth_e, is at
most sum_i clock_i y_i for every y with y_i >= worth_e and y_j >= worth_e.
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import Violation
from planner.models.base.rounding import COMBINATORIAL
from planner.models.gossip_rates.plan import GossipPlan, MatchingPlan
from planner.models.gossip_rates.view import View


def calls_made(view: View, rate: FloatArray, calls: FloatArray) -> FloatArray:
    """Return how often each node calls a peer per unit of time, shape (n,).

    `calls` are the averages in which the first end of an edge calls the second, shape (m,).
    """
    i, j = view.ends.T
    made = np.bincount(i, calls, view.nodes) + np.bincount(j, rate - calls, view.nodes)
    return np.asarray(made, dtype=np.float64)


def even_calls(view: View) -> tuple[FloatArray, FloatArray]:
    """Return rates and calls where every node calls each of its usable peers equally often."""
    assert view.clock is not None, "only nodes with clocks call"
    i, j = view.ends.T
    degree = np.bincount(view.ends[view.usable].ravel(), minlength=view.nodes)
    each = np.where(degree > 0, view.clock / np.maximum(degree, 1), 0.0)
    calls = np.where(view.usable, each[i], 0.0)
    return calls + np.where(view.usable, each[j], 0.0), calls


def call_faults(view: View, plan: GossipPlan) -> Iterator[Violation]:
    """Yield calls that are missing or impossible, and nodes that call more often than they wake."""
    if view.clock is None:
        return
    if isinstance(plan, MatchingPlan) or plan.calls.shape != (view.edges,):
        where = f"{view.edges} edges need their calls, and workers have clocks"
        yield Violation(code="calls-missing", constraint="plan.calls", where=where)
        return
    room = COMBINATORIAL * plan.rate
    wrong = (plan.calls < -room) | (plan.calls > plan.rate + room)
    for edge in np.flatnonzero(wrong)[:10].tolist():
        a, b = view.ends[edge].tolist()
        where = f"edge {edge} (nodes {a} and {b})"
        yield Violation(code="calls-range", constraint="plan.calls", where=where)
    made = calls_made(view, plan.rate, plan.calls)
    for node in np.flatnonzero(made > view.clock * (1 + COMBINATORIAL))[:10].tolist():
        over = float(made[node] - view.clock[node])
        where = f"node {node}"
        yield Violation(
            code="budget-clock", constraint="budget.clock", where=where, amount=over, unit=view.unit
        )
