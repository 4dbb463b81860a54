"""The smooth function whose minimisers unfold a network as far as its edges allow.

For points x_i in few dimensions and h_e = |x_i - x_j|^2 / c_e, any points prove
lambda_2 <= max h / sum |x_i|^2 for rates of total cost 1 (Sun, Boyd, Xiao, Diaconis 2006). The
maximum is replaced by a norm of order q, which rises step by step:

    Phi_q(X) = log |h|_q - log |X|_F^2

Where its gradient vanishes, the rates w_e ~ h_e^(q-1) / c_e satisfy L(w) X = mu X, so that points
and rates prove each other to within a factor of m^(1/q).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.laplacian import incidence
from planner.models.gossip_rates.view import View


@dataclass(frozen=True, slots=True)
class Slope:
    """The function at some points."""

    value: float
    rate: FloatArray
    """Rates w with sum of w_e |x_i - x_j|^2 = 1, shape (m,)."""
    gradient: FloatArray
    """Shape (n, r), like the points."""


class Energy:
    """Phi_q of a network, one q at a time."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.order = 4.0
        self._columns: Any = incidence(view.nodes, view.ends).tocsr()

    def value(self, points: FloatArray) -> float:
        """Return the value alone."""
        _, lengths = self._lengths(points)
        longest = float(lengths.max())
        total = float(((lengths / longest) ** self.order).sum())
        spread = float((points * points).sum())
        return float(np.log(longest) + np.log(total) / self.order - np.log(spread))

    def slope(self, points: FloatArray) -> Slope:
        """Return value, rates and gradient."""
        difference, lengths = self._lengths(points)
        longest = float(lengths.max())
        relative = lengths / longest
        power = relative ** (self.order - 1)
        total, spread = float(power @ relative), float((points * points).sum())
        rate = power / (total * longest * self.view.cost)
        gradient = 2 * (self._columns @ (rate[:, None] * difference)) - 2 * points / spread
        value = float(np.log(longest) + np.log(total) / self.order - np.log(spread))
        return Slope(value, rate, gradient)

    def _lengths(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        difference = points[self.view.ends[:, 0]] - points[self.view.ends[:, 1]]
        lengths: FloatArray = np.einsum("er,er->e", difference, difference) / self.view.cost
        return difference, lengths
