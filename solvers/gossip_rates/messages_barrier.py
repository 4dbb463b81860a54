"""The barrier of the fewest messages.

minimise    c^T lambda
such that   L(lambda) >= s P                  (the second eigenvalue is at least s)
            R_e(lambda) <= s for every edge   (resistances)
            lambda >= 0

By homogeneity the optimum is min c^T lambda sqrt(R_max / lambda_2). With Q the inverse of
L - s P, K = B^T Q B, G = B^T L^+ B and w_e = 1 / (s - G_ee) the Hessian of the barrier is

    K o K + (G o G) diag(w^2) (G o G) + 2 (G diag(w) G) o G + diag(1 / lambda^2)

in lambda; all products are of m x m matrices.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.laplacian import dense_laplacian, gather, pseudo_inverse
from planner.models.gossip_rates.view import View
from planner.solvers.gossip_rates.centre import Local


class MessagesBarrier:
    """Points are (lambda, s), shape (m + 1,)."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.constraints = view.nodes - 1 + 2 * view.edges

    def start(self) -> FloatArray:
        """Return uniform rates scaled into the interior."""
        view = self.view
        rate = np.full(view.edges, 1 / float(view.cost.sum()))
        resistance = float(self._resistance(rate).max())
        mixing = float(np.linalg.eigvalsh(self._laplacian(rate))[1])
        # Scaling by k turns R into R / k and lambda_2 into k lambda_2: leave room on both sides.
        scale = 2 * np.sqrt(resistance / mixing)
        return np.append(rate * scale, np.sqrt(resistance * mixing))

    def value(self, point: FloatArray, weight: float) -> float:
        """Return the barrier's value, infinity outside the domain."""
        rate, level = point[:-1], float(point[-1])
        if (point <= 0).any():
            return np.inf
        try:
            factor = np.linalg.cholesky(self._shifted(rate, level))
        except np.linalg.LinAlgError:
            return np.inf
        slack = level - self._resistance(rate)
        if (slack <= 0).any():
            return np.inf
        logs = 2 * np.log(factor.diagonal()).sum() - np.log(level)
        inner = logs + np.log(slack).sum() + np.log(rate).sum()
        return float(weight * (self.view.cost @ rate) - inner)

    def local(self, point: FloatArray, weight: float) -> Local:
        """Return gradient and Hessian."""
        view, rate, level, m = self.view, point[:-1], float(point[-1]), self.view.edges
        inverse = self.inverse(point)
        near = gather(inverse, view.ends)
        table = gather(pseudo_inverse(view.nodes, view.ends, rate), view.ends)
        w = 1 / (level - table.diagonal())
        square = table * table
        rows = inverse[view.ends[:, 0]] - inverse[view.ends[:, 1]]
        gradient, hessian = np.empty(m + 1), np.empty((m + 1, m + 1))
        gradient[:m] = weight * view.cost - near.diagonal() - square @ w - 1 / rate
        gradient[m] = np.trace(inverse) - w.sum()
        inner = near * near + (square * (w * w)) @ square + 2 * ((table * w) @ table) * table
        hessian[:m, :m] = inner
        hessian[range(m), range(m)] += 1 / rate**2
        hessian[:m, m] = hessian[m, :m] = -(rows * rows).sum(axis=1) + square @ (w * w)
        hessian[m, m] = (inverse * inverse).sum() + (w * w).sum()
        return Local(gradient, hessian)

    def inverse(self, point: FloatArray) -> FloatArray:
        """Return the inverse of L - s P on the space orthogonal to the constants, (n, n)."""
        level = float(point[-1])
        full = np.linalg.inv(self._shifted(point[:-1], level))
        return (full + full.T) / 2 - 1 / (level * self.view.nodes)

    def theta(self, point: FloatArray) -> FloatArray:
        """Return the multipliers of the resistances, scaled to sum to 1."""
        w = 1 / (float(point[-1]) - self._resistance(point[:-1]))
        result: FloatArray = w / w.sum()
        return result

    def _laplacian(self, rate: FloatArray) -> FloatArray:
        return dense_laplacian(self.view.nodes, self.view.ends, rate)

    def _shifted(self, rate: FloatArray, level: float) -> FloatArray:
        # The constant vector gets the eigenvalue s instead of -s.
        matrix = self._laplacian(rate)
        matrix[np.diag_indices_from(matrix)] -= level
        return matrix + 2 * level / self.view.nodes

    def _resistance(self, rate: FloatArray) -> FloatArray:
        inverse = pseudo_inverse(self.view.nodes, self.view.ends, rate)
        i, j = self.view.ends.T
        result: FloatArray = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
        return result
