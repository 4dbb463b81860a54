"""The convex programme of each objective.

With limits on the rates (rows^T lambda <= 1, least <= lambda <= most) the rates are scaled freely,
mu = tau lambda, and the least tau is sought. Then each objective becomes one or two constraints:

    fastest_mixing    L(mu) >= P                        lambda_2  = 1 / tau
    fewest_messages   L(mu) >= s P,  R_e(mu) <= s       F         = tau * total cost
    gradient_rate     L(mu) >= s P,  R_e(mu) <= s       gamma     = 1 / tau
    total_resistance  1 / (n tr L(mu)^+) >= 1               n tr L^+  = tau
    fdla, fmmc        -r P <= P - L(w) <= r P           radius    = r

Fixed rates, and the edges of a limit that the least rates use up, are held in proportion to tau.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import CapabilityError
from planner.models.gossip_rates.laplacian import components, dense_laplacian, pseudo_inverse
from planner.models.gossip_rates.view import NO_LIMIT, View
from planner.solvers.gossip_rates.cones import Cone, Limits, Rows
from planner.solvers.gossip_rates.curved import Resistances, Trace
from planner.solvers.gossip_rates.definite import Definite
from planner.solvers.gossip_rates.interior import NO_ROOM, Programme
from planner.solvers.gossip_rates.limits import Row, clock_rows, limit_rows, most_rows

FULL = 1e-11
"""A limit with less room than this is used up by the least rates."""


@dataclass(frozen=True, slots=True)
class Model:
    """A programme, and where its parts are."""

    programme: Programme
    used: IntArray
    """Edges whose rates are variables; the others are forbidden. With clocks each stands twice."""
    eigenvalue: Definite | None = None
    """The constraint whose multiplier gives the points."""
    other: Definite | None = None
    """The constraint on the smallest eigenvalue (synchronous averaging)."""
    resistance: Resistances | None = None
    trace: Trace | None = None
    rows: Rows | None = None
    names: tuple[tuple[str, int], ...] = ()
    """What each row limits: ("total", 0), ("node", i), ("count", 0), ("set", k), ("clock", i) or
    ("edge", e)."""


def synchronous(view: View) -> Model:
    """Return the programme of `fdla` or `fmmc`; variables are the weights and the radius."""
    used = np.flatnonzero(view.usable)
    ends, m = view.ends[used], len(used)
    degree = np.bincount(ends.ravel(), minlength=view.nodes)
    weight = np.full(m, 0.5 / float(degree.max()))
    values = np.linalg.eigvalsh(np.eye(view.nodes) - dense_laplacian(view.nodes, ends, weight))
    radius = float(max(values[-2], -values[0]))
    slope = np.ones(1)
    upper = Definite(view.nodes, ends, slope, 1.0, -1.0)
    lower = Definite(view.nodes, ends, slope, -1.0, 1.0)
    cones: list[Cone] = [upper, lower]
    rows: Rows | None = None
    names: tuple[tuple[str, int], ...] = ()
    if view.objective == "fmmc":
        cones.append(Limits(np.arange(m), 1.0, np.zeros(m), m + 1))
        table = np.zeros((view.nodes, m + 1))
        for end in ends.T:
            table[end, np.arange(m)] = -1.0
        rows = Rows(table, np.ones(view.nodes))
        names = tuple(("node", node) for node in range(view.nodes))
        cones.append(rows)
    start = np.append(weight, radius + 0.5 * (1 - radius) + 0.01)
    programme = Programme(np.append(np.zeros(m), 1.0), tuple(cones), start)
    return Model(programme, used, eigenvalue=upper, other=lower, rows=rows, names=names)


def scaled(view: View, sets: tuple[IntArray, ...] = ()) -> Model | None:
    """Return the programme of another objective; `None` where the least rates exceed a limit."""
    used = np.flatnonzero(view.usable)
    if view.clock is not None:
        used = np.tile(used, 2)
    least, most = view.least[used], view.most[used]
    rows = [Row(row.name, row.weight[used]) for row in limit_rows(view, sets)]
    if view.clock is not None:
        # Calls have no most rates of their own: those of an edge hold for both its ends together.
        most = np.full(len(used), NO_LIMIT)
        rows += [*clock_rows(view, used), *most_rows(view, used)]
    if any(row.weight @ least > 1 + 1e-9 for row in rows):
        return None
    fixed = most - least <= FULL * most
    for row in rows:
        if row.weight @ least >= 1 - FULL:
            fixed |= row.weight > 0
    rows = [row for row in rows if (row.weight[~fixed] > 0).any()]
    shape = inner_rates(rows, least, most, fixed)
    model = _objective_cones(view, used, shape)
    m, size = len(used), len(model.programme.start)
    free = np.flatnonzero(~fixed)
    above = Limits(free, 1.0, least[free], size)
    capped = np.flatnonzero(~fixed & (most < NO_LIMIT))
    below = Limits(capped, -1.0, most[capped], size)
    table = np.zeros((len(rows), size))
    for place, row in enumerate(rows):
        table[place, :m] = -row.weight
        table[place, -1] = 1.0
    shared = Rows(table, np.zeros(len(rows)))
    cones = (*model.programme.cones, above, below, shared)
    programme = Programme(
        np.append(np.zeros(size - 1), 1.0),
        tuple(cone for cone in cones if cone.size),
        model.programme.start,
        _spread(fixed, least, size),
    )
    return Model(
        programme,
        used,
        model.eigenvalue,
        resistance=model.resistance,
        trace=model.trace,
        rows=shared if rows else None,
        names=tuple(row.name for row in rows),
    )


def inner_rates(
    rows: list[Row], least: FloatArray, most: FloatArray, fixed: np.ndarray
) -> FloatArray:
    """Return rates strictly within all limits, fixed ones at their value."""
    load = np.max([row.weight for row in rows], axis=0, initial=0.0) if rows else 0 * least
    step = np.where(load > 0, 1 / np.where(load > 0, load, 1.0), most - least)
    step = np.where(fixed, 0.0, np.minimum(step, most - least))
    share = 0.5
    for row in rows:
        if (need := float(row.weight @ step)) > 0:
            share = min(share, 0.5 * (1 - float(row.weight @ least)) / need)
    return least + share * step


def _objective_cones(view: View, used: IntArray, shape: FloatArray) -> Model:
    """Return the constraints of the objective and a start strictly inside, from inner rates."""
    ends, m = view.ends[used], len(used)
    if components(view.nodes, ends[shape > 0]).max() > 0:
        raise CapabilityError(NO_ROOM)
    if view.objective == "total_resistance":
        trace = Trace(view.nodes, ends)
        scale = 2 * view.nodes * float(np.trace(pseudo_inverse(view.nodes, ends, shape)))
        return Model(_partial((trace,), shape, scale), used, trace=trace)
    mixing = float(np.linalg.eigvalsh(dense_laplacian(view.nodes, ends, shape))[1])
    if view.objective == "fastest_mixing":
        eigenvalue = Definite(view.nodes, ends, np.zeros(1), 1.0, -1.0)
        return Model(_partial((eigenvalue,), shape, 2 / mixing), used, eigenvalue)
    inverse, (i, j) = pseudo_inverse(view.nodes, ends, shape), ends.T
    most = float((inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]).max())
    eigenvalue = Definite(view.nodes, ends, np.array([-1.0, 0.0]))
    resistance = Resistances(view.nodes, ends, m)
    # Rates k times as large have R / k and k lambda_2: leave room on both sides of s.
    scale, level = 2 * np.sqrt(most / mixing), np.sqrt(most * mixing)
    programme = _partial((eigenvalue, resistance), shape, scale, level)
    return Model(programme, used, eigenvalue, resistance=resistance)


def _partial(cones: tuple[Cone, ...], shape: FloatArray, scale: float, *extras: float) -> Programme:
    start = np.concatenate([shape * scale, extras, [scale]])
    return Programme(np.zeros(0), cones, start)


def _spread(fixed: np.ndarray, least: FloatArray, size: int) -> FloatArray | None:
    if not fixed.any():
        return None
    held = np.flatnonzero(fixed)
    table = np.eye(size)
    table[held, -1] = least[held]
    result: FloatArray = np.delete(table, held, axis=1)
    return result
