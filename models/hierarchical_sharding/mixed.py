"""The Lagrangian bound of mixed plans: each layer picks its cheapest sharding under prices.

A mixed plan gives x_cj of the mu_c layers of class c the sharding j. With A micro-batches, times
f, b (per micro-batch) and u (once) and memory m of an option, the plan of least time solves

    min  A F + A B + sum u x     F >= sum f x (and >= forward compute where gathers are prefetched),
                                 B >= sum b x, alike
    s.t. sum_j x_cj = mu_c,  sum m x <= memory - activations - reserve - buffers

Buffers are shared by all layers, so each case of `cases` fixes how large they are and forbids the
options that need larger ones. For a price lambda >= 0 of memory and weights phi, beta in [0, 1] of
communication against compute (1 without prefetching), no plan of a case takes less time than

    A (1 - phi) t_forward + A (1 - beta) t_backward - lambda (memory left)
    + sum_c mu_c min_j { A phi f + A beta b + u + lambda m }.

The least bound of all cases and schedules holds for every plan. Checking it takes arithmetic only.

One framework has to run the whole plan. Under DeepSpeed and InternEvo all layers are split alike:
where the policy names them, their plans are all looked at, and the bound is no more than their
best.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import lower
from planner.models.hierarchical_sharding.certificate import Multipliers
from planner.models.hierarchical_sharding.floor import ROUNDINGS
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.menus import UNIFORM
from planner.models.hierarchical_sharding.optimum import Optimum, find_optimum, why_not_each
from planner.models.hierarchical_sharding.options import (
    KINDS,
    MOST_HELD,
    MOST_OPTIONS,
    Options,
    option_count,
)
from planner.models.hierarchical_sharding.search import has_uniform_plans
from planner.models.hierarchical_sharding.training import Schedule
from planner.models.hierarchical_sharding.view import View

MOST_CASES = 20_000
"""Most pairs of a schedule and a case of buffer sizes."""
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class Case:
    """The largest units, in parameters, that may be gathered and reduce-scattered."""

    gather_unit: float
    scatter_unit: float


def cases(view: View) -> tuple[Case, ...]:
    """Return every case of buffer sizes; a single one where memory is unlimited."""
    units = sorted({0.0, *(layer.unit for layer in view.layers)})
    if view.memory is None:
        return (Case(units[-1], units[-1]),)
    return tuple(Case(*pair) for pair in itertools.product(units, repeat=2))


def why_no_mixed(view: View) -> str | None:
    """Return why there are too many options or cases, or `None`."""
    options, branches = option_count(view), len(cases(view)) * len(view.schedules)
    most = MOST_OPTIONS if view.communicators is None else MOST_HELD
    if options > most:
        return f"the classes have {options:,} shardings, more than {most:,}"
    if branches > MOST_CASES:
        return f"there are {branches:,} pairs of schedules and buffer sizes"
    return why_not_each(view) if _alike(view) else None


def _alike(view: View) -> tuple[str, ...]:
    """Return the frameworks of the policy that split all layers alike, if they have any plans."""
    if "any" in view.frameworks or not has_uniform_plans(view):
        return ()
    return tuple(name for name in view.frameworks if name in UNIFORM)


def rest(view: View) -> Optimum | None:
    """Return the optimum of the plans that are not mixed: of frameworks that split layers alike.

    `None` where the policy names no such framework, or one sharding cannot serve all classes.
    """
    names = _alike(view)
    return find_optimum(replace(view, mixed=False, frameworks=names)) if names else None


def rest_bound(view: View) -> float:
    """Return a time that no plan of `rest` beats; infinite where none fits."""
    found = rest(view)
    if found is None or found.place is None:
        return float("inf")
    return lower(found.time, ROUNDINGS)


def is_hidden(view: View) -> bool:
    """Return whether communication hides behind compute in the objective."""
    return view.overlap and view.is_step


def budget(view: View, schedule: Schedule, case: Case) -> float:
    """Return the bytes that are left for state; meaningless where memory is unlimited."""
    buffers = 2 * view.parameter_bytes * case.gather_unit + view.gradient_bytes * case.scatter_unit
    return (view.memory or 0.0) * (1 + TIE) - schedule.activations - view.reserve - buffers


def prices(schedule: Schedule, multipliers: Multipliers) -> FloatArray:
    """Return what an option pays for each of its four terms."""
    passes, m = schedule.microbatches, multipliers
    return np.array([passes * m.forward, passes * m.backward, 1.0, m.memory])


def constant(view: View, schedule: Schedule, multipliers: Multipliers) -> float:
    """Return the seconds that no option has a say in."""
    if not view.is_step:
        return 0.0
    passes, m = schedule.microbatches, multipliers
    if not view.overlap:
        return passes * (schedule.forward + schedule.backward)
    return passes * ((1 - m.forward) * schedule.forward + (1 - m.backward) * schedule.backward)


def minima(options: Options, priced: FloatArray) -> FloatArray:
    """Return the least price by kind of option and column of `priced`, shape (4, K).

    Infinite where there is no option of a kind. `priced` has shape (4, K).
    """
    found = np.full((KINDS, priced.shape[1]), np.inf)
    rows = max(1, _CHUNK // priced.shape[1])
    for kind in range(KINDS):
        terms = options.terms[options.kind == kind]
        for first in range(0, len(terms), rows):
            least = (terms[first : first + rows] @ priced).min(axis=0)
            found[kind] = np.minimum(found[kind], least)
    return found


def bounds(
    view: View, options: Sequence[Options], schedules: Sequence[Sequence[Multipliers]]
) -> list[FloatArray]:
    """Return the bound of each case, by schedule, rounded down; infinite without options."""
    flat = [
        (schedule, each)
        for schedule, row in zip(view.schedules, schedules, strict=True)
        for each in row
    ]
    priced = np.stack([prices(schedule, each) for schedule, each in flat], axis=1)
    total = np.array([constant(view, schedule, each) for schedule, each in flat])
    for option in options:
        least = minima(option, priced)
        for place, (_, each) in enumerate(flat):
            kinds = option.kinds_within(each.gather_unit, each.scatter_unit)
            total[place] += option.layer.count * least[kinds, place].min()
    found = []
    for (schedule, each), value in zip(flat, total.tolist(), strict=True):
        left = budget(view, schedule, Case(each.gather_unit, each.scatter_unit))
        rent = each.memory * left
        # Both parts may be far larger than their difference.
        slack = (value + abs(rent)) - lower(value + abs(rent), ROUNDINGS)
        found.append(value - rent - (slack if np.isfinite(value) else 0.0))
    return np.split(np.array(found), np.cumsum([len(row) for row in schedules])[:-1])


def smallest_mixed(view: View, options: Sequence[Options]) -> float | None:
    """Return the least memory of a mixed plan that the policy allows, or `None` without plans."""
    only_memory = np.array([[0.0], [0.0], [0.0], [1.0]])
    least = [minima(option, only_memory)[:, 0] for option in options]
    units = sorted({0.0, *(layer.unit for layer in view.layers)})
    found = [
        2 * view.parameter_bytes * gather
        + view.gradient_bytes * scatter
        + sum(
            option.layer.count * float(each[option.kinds_within(gather, scatter)].min())
            for option, each in zip(options, least, strict=True)
        )
        for gather, scatter in itertools.product(units, repeat=2)
    ]
    fixed = min(schedule.activations for schedule in view.schedules) + view.reserve
    smallest = min(found) + fixed
    alike = rest(view)
    if alike is not None and len(alike.front):
        smallest = min(smallest, float(alike.front.memory[0]))
    return smallest if np.isfinite(smallest) else None
