"""What rates are worth: eigenvalue, resistances, and the figures that follow from them."""

import math
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.expanders import is_too_wide, is_wide
from planner.models.gossip_rates.laplacian import (
    components,
    dense_laplacian,
    fiedler,
    resistances,
)
from planner.models.gossip_rates.total_resistance import inverse_trace
from planner.models.gossip_rates.view import View

DENSE, LARGE = 2_400, 20_000
"""Above so many nodes the resistances of all edges are not worth their time for a metric: in any
network, and in one of few edges."""
FEW = 3
"""Edges per node."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What rates come to; `None` where it is not computed."""

    mixing: float
    """lambda_2 of the Laplacian."""
    resistance: float | None
    """Largest effective resistance among the edges that count."""
    cost: float
    """Total cost per unit of time."""

    @property
    def messages(self) -> float | None:
        """c^T lambda sqrt(R_max / lambda_2), which does not depend on the scale of the rates."""
        if self.resistance is None or self.mixing <= 0:
            return None
        return self.cost * math.sqrt(self.resistance / self.mixing)

    @property
    def gradient_rate(self) -> float | None:
        """sqrt(lambda_2 / R_max)."""
        if self.resistance is None or self.mixing <= 0:
            return None
        return math.sqrt(self.mixing / self.resistance)


def figures(view: View, rate: FloatArray, kept: np.ndarray, *, all_edges: bool) -> Figures:
    """Return the figures of rates on the edges `kept` (a mask); resistances if asked for.

    They are left out where their factors would take too long or too much room.
    """
    ends, used = view.ends[kept], rate[kept]
    mixing, _ = fiedler(view.nodes, ends, used)
    resistance = None
    cheap = view.nodes <= (LARGE if len(ends) <= FEW * view.nodes else DENSE)
    cheap = cheap and not is_wide(view.nodes, ends)
    if mixing > 0 and (not is_too_wide(view.nodes, ends) if all_edges else cheap):
        resistance = float(resistances(view.nodes, ends, used).max())
    return Figures(mixing, resistance, float(view.cost @ rate))


def total_resistance(view: View, rate: FloatArray) -> float | None:
    """Return n tr L^+, the sum of the resistances of all pairs.

    `None` for pieces, and where its factors would take too long or too much room.
    """
    used = view.ends[rate > 0]
    if is_too_wide(view.nodes, used) or components(view.nodes, used).max() > 0:
        return None
    return view.nodes * inverse_trace(view.nodes, view.ends, rate)


def radius(view: View, weight: FloatArray) -> float:
    """Return the largest eigenvalue in absolute value of I - L(w) - 11^T / n.

    Zero where it is smaller than the rounding of its entries, which are about 1.
    """
    from scipy.linalg import eigvalsh

    matrix = np.eye(view.nodes) - dense_laplacian(view.nodes, view.ends, weight) - 1 / view.nodes
    values = eigvalsh(matrix)
    largest = float(max(-values[0], values[-1]))
    return largest if largest > 4 * view.nodes * math.ulp(1.0) else 0.0
