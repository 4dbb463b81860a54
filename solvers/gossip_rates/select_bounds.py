"""The relaxed choice of a case: shares between 0 and 1, solved by Newton's method."""

from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import CapabilityError
from planner.models.gossip_rates.choices import Case, case_bound, pieces, stretches
from planner.models.gossip_rates.view import View
from planner.solvers.gossip_rates.interior import follow
from planner.solvers.gossip_rates.programmes import scaled
from planner.solvers.gossip_rates.proofs import factor

ROUGH, FINE = 2e-3, 1e-7
"""Relative gaps to which relaxed choices are solved: of a case, and of all choices."""
NEAR = 0.1
"""Relative distance from the optimum beyond which multipliers are not looked at."""
SURELY = 1.02
"""Shares that are so much better than the best choice leave no hope of closing the case."""
SMALL = 1e-5
"""Dimensions of the points that hold less than this share of the largest are left out."""


@dataclass(slots=True)
class Relaxed:
    """The solution of a relaxed choice."""

    share: FloatArray
    """How much of each edge is taken, between 0 and 1, (m,)."""
    points: FloatArray | None = None
    """Points that bound every choice, (n, r)."""
    bound: float = np.inf


def relaxed(view: View, case: Case, cut: float, gap: float = ROUGH) -> Relaxed | None:
    """Return the best shares within a case and their points; `None` where there are none.

    It ends early once the points bound every choice of the case by `cut`, or never will.
    """
    most = np.where(case.out, 0.0, view.most)
    part = replace(
        view,
        objective="fastest_mixing",
        least=np.where(case.taken, view.most, 0.0),
        most=most,
        count=case.count,
    )
    if case.count <= 0 or pieces(view.nodes, view.ends[part.usable]) > 1:
        return None
    try:
        model = scaled(part)
    except CapabilityError:
        return None
    if model is None or model.eigenvalue is None:
        return None
    eigenvalue, used = model.eigenvalue, model.used
    count, best = sum(cone.size for cone in model.programme.cones), Relaxed(np.zeros(view.edges))

    def watch(z: FloatArray, mu: float) -> bool:
        left = mu * count / float(z[-1])
        if left > NEAR:
            return False
        best.share[used] = np.clip(z[:-1] / z[-1] / most[used], 0.0, 1.0)
        points = factor(eigenvalue.dual)
        size = (points * points).sum(axis=0)
        points = points[:, size > SMALL * size.max()] if gap > FINE else points
        worth = stretches(view, points)
        if worth is not None and (bound := case_bound(case, worth, points.size)) < best.bound:
            best.points, best.bound = points, bound
        # 1 / tau is lambda_2 of the shares at hand: no points go below.
        return best.bound <= cut or left <= gap or (gap > FINE and 1 / float(z[-1]) > SURELY * cut)

    follow(model.programme, watch)
    return best
