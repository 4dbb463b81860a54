"""Lower bounds of the makespan that arithmetic can re-check."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.certificate import (
    CliqueProof,
    CycleCertificate,
    DemandCertificate,
    EnergyProof,
    PathProof,
    Proof,
    WindowProof,
)
from planner.models.rcpsp.cliques import clique_value, grown
from planner.models.rcpsp.lags import critical_path, heads, tails
from planner.models.rcpsp.view import View

DENSE = 600
"""Activities up to which distances of all pairs are looked at."""
WINDOWED = 150
"""Activities up to which all intervals are looked at; their number grows with the square."""


def find_impossible(view: View) -> CycleCertificate | DemandCertificate | None:
    """Return why there is no plan, where the lags or one activity alone tell."""
    cycle = heads(view).cycle
    if cycle:
        return CycleCertificate(cycle=np.array(cycle, np.int64))
    too_much = (view.demand > view.capacity) & (view.duration > 0)[:, None]
    if too_much.any():
        activity, resource = np.argwhere(too_much)[0].tolist()
        return DemandCertificate(activity=activity, resource=resource)
    return None


def path_value(view: View, path: IntArray) -> int | None:
    """Return the length of a chain of arcs with the last duration; `None` where an arc is missing.

    Starts are not negative, so that the chain may begin anywhere.
    """
    arcs = view.heaviest()
    steps = list(zip(path[:-1].tolist(), path[1:].tolist(), strict=True))
    if any(step not in arcs for step in steps):
        return None
    return sum(arcs[step][0] for step in steps) + int(view.duration[path[-1]])


def energy_value(view: View, resource: int) -> int:
    """Return ceil(sum_i d_i r_ik / C_k), in periods; zero where nothing is held."""
    work, capacity = int(view.energy[:, resource].sum()), int(view.capacity[resource])
    return -(-work // capacity) if work and capacity else 0


def window_work(view: View, resource: int, horizon: int, begin: IntArray, end: int) -> IntArray:
    """Return the work (k,) that must lie in [begin, end) if the project ends by `horizon`.

    Of each activity the least overlap over all its starts: the smaller one of starting as early
    and as late as the lags allow (Baptiste, Le Pape, Nuijten 2001, section 3.3.2).
    """
    early, late = heads(view).length, horizon - tails(view).length
    return _work(view, resource, (early, late), begin, end)


def whole_periods(view: View, value: int) -> int:
    """Return the least makespan that is no less than a bound: a multiple of the `period`."""
    return -(-value // view.period) * view.period


def best_bound(view: View, ceiling: int | None = None) -> tuple[int, Proof]:
    """Return the best of the bounds, and its proof; the instance is not `find_impossible`.

    `ceiling` is a makespan that is known to be possible: cliques and intervals are looked at only
    while the bound is below it, so that 0 asks for the quickest bound.
    """
    value, proof = _best(view, ceiling)
    return whole_periods(view, value), proof


def _best(view: View, ceiling: int | None) -> tuple[int, Proof]:
    path = np.array(critical_path(view), np.int64)
    found: tuple[int, Proof] = (path_value(view, path) or 0, PathProof(path=path))
    for resource in range(view.resources):
        value = energy_value(view, resource)
        if value > found[0]:
            found = (value, EnergyProof(resource=resource))
    if view.activities > DENSE or (ceiling is not None and found[0] >= ceiling):
        return found
    for members in grown(view)[:1]:
        value = clique_value(view, members) or 0
        if value > found[0]:
            found = (value, CliqueProof(members=members))
    return found if view.activities > WINDOWED else _raised(view, found, ceiling)


def _raised(view: View, found: tuple[int, Proof], ceiling: int | None) -> tuple[int, Proof]:
    """Return the bound raised by intervals, in steps that double while they succeed."""
    step = 1
    while ceiling is None or found[0] < ceiling:
        if ceiling is not None:
            step = min(step, ceiling - found[0])
        proof = _overload(view, found[0] + step - 1)
        if proof is not None:
            found, step = (found[0] + step, proof), 2 * step
        elif step > 1:
            step //= 2
        else:
            break
    return found


def _overload(view: View, horizon: int) -> WindowProof | None:
    """Return an interval that holds too much if the project ends by `horizon`, or `None`."""
    early, late = heads(view).length, horizon - tails(view).length
    begins = np.unique(np.concatenate([early, late, early + view.duration]))
    ends = np.unique(np.concatenate([early + view.duration, late + view.duration, late]))
    for resource, capacity in enumerate(view.capacity.tolist()):
        for end in ends.tolist():
            earlier = begins[begins < end]
            if not len(earlier):
                continue
            work = _work(view, resource, (early, late), earlier, end)
            over = work - capacity * (end - earlier)
            if over.max() > 0:
                begin = int(earlier[np.argmax(over)])
                return WindowProof(resource=resource, horizon=horizon, begin=begin, end=end)
    return None


def _work(
    view: View, resource: int, starts: tuple[IntArray, IntArray], begin: IntArray, end: int
) -> IntArray:
    held = np.flatnonzero(view.demand[:, resource] * view.duration)
    early, late = (each[held] for each in starts)
    duration, begin = view.duration[held], begin[:, None]
    left = early + duration - begin
    right = end - late
    overlap = np.minimum(np.minimum(left, right), np.minimum(duration, end - begin))
    work: IntArray = np.maximum(overlap, 0) @ view.demand[held, resource]
    return work
