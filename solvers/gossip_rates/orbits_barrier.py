"""Barriers in one rate per class of edges.

With u the rates of the classes, L(u) = sum u_o L_o and one edge e_o of each class:

    fewest messages    minimise c^T u    L(u) >= s P,   R_{e_o}(u) <= s,   u >= 0
    fastest mixing     maximise s        L(u) >= s P,   c^T u <= 1,        u >= 0

The derivatives of -log det (L - s P) are traces of products of its inverse with the L_o, those of
R_o = b^T L^+ b are -b^T L^+ L_p L^+ b and 2 b^T L^+ L_p L^+ L_q L^+ b.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import dense_laplacian, laplacian, pseudo_inverse
from planner.models.gossip_rates.view import View
from planner.solvers.gossip_rates.centre import Local

BALANCING = 30
"""Steps towards the greatest determinant before the first centre."""


class OrbitsBarrier:
    """Points are (u, s), shape (K + 1,); the limits on resistances stand apart from the barrier.

    Their logarithm is not self-concordant: Newton's steps on it jam.
    """

    def __init__(self, view: View, label: IntArray) -> None:
        self.view, self.label = view, label
        self.count = int(label.max()) + 1
        self.cost: FloatArray = np.bincount(label, view.cost).astype(np.float64)
        self.is_messages = view.objective == "fewest_messages"
        self.constraints = view.nodes + self.count
        if self.is_messages:
            self.constraints += self.count
        self._price = self.cost / np.bincount(label)
        self.chosen = np.unique(label, return_index=True)[1]
        """One edge of each class."""
        self._parts = [
            laplacian(view.nodes, view.ends[label == o], np.ones(int((label == o).sum())))
            for o in range(self.count)
        ]

    def start(self) -> FloatArray:
        """Return rates near the greatest determinant, scaled into the interior.

        The determinant weighs most in the barrier, and each step rate_e R_e / (n - 1) raises it.
        """
        rate = np.full(self.count, 1 / float(self.cost.sum()))
        for _ in range(BALANCING):
            rate = rate * self.resistance(rate) / self._price
            rate = 0.5 * rate / float(self.cost @ rate)
        mixing = float(np.linalg.eigvalsh(self._laplacian(rate))[1])
        if not self.is_messages:
            return np.append(rate, mixing / 2)
        resistance = float(self.resistance(rate).max())
        return np.append(rate * 2 * np.sqrt(resistance / mixing), np.sqrt(resistance * mixing))

    def value(self, point: FloatArray, weight: float) -> float:
        """Return the barrier's value, infinity outside the domain."""
        rate, level = point[:-1], float(point[-1])
        if (point <= 0).any():
            return np.inf
        try:
            factor = np.linalg.cholesky(self._shifted(rate, level))
        except np.linalg.LinAlgError:
            return np.inf
        logs = 2 * np.log(factor.diagonal()).sum() - np.log(level)
        if self.is_messages:
            return float(weight * (self.cost @ rate) - logs - np.log(rate).sum())
        room = 1 - float(self.cost @ rate)
        if room <= 0:
            return np.inf
        return float(-weight * level - logs - np.log(room) - np.log(rate).sum())

    def local(self, point: FloatArray, weight: float) -> Local:
        """Return gradient and Hessian."""
        rate, k = point[:-1], self.count
        inverse = self.inverse(point)
        near = np.array([part @ inverse for part in self._parts])
        gradient, hessian = np.zeros(k + 1), np.zeros((k + 1, k + 1))
        gradient[:k] = -np.einsum("oii->o", near) - 1 / rate
        gradient[k] = np.trace(inverse)
        hessian[:k, :k] = np.einsum("oij,pji->op", near, near, optimize=True)
        hessian[:k, k] = hessian[k, :k] = -np.einsum("oij,ji->o", near, inverse, optimize=True)
        hessian[k, k] = (inverse * inverse).sum()
        hessian[range(k), range(k)] += 1 / rate**2
        if self.is_messages:
            gradient[:k] += weight * self.cost
        else:
            room = 1 / (1 - float(self.cost @ rate))
            gradient[:k] += room * self.cost
            gradient[k] -= weight
            hessian[:k, :k] += room * room * np.outer(self.cost, self.cost)
        return Local(gradient, hessian)

    def bend(
        self, point: FloatArray, weights: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return s - R_o, (K,), its derivatives, (K, K + 1), and sum weight_o Hessian of R_o."""
        rate, level, k = point[:-1], float(point[-1]), self.count
        inverse = self._inverse(rate)
        i, j = self.view.ends[self.chosen].T
        potential, hessian = inverse[i] - inverse[j], np.zeros((k + 1, k + 1))
        slope = np.ones((k, k + 1))
        for o in range(k):
            flow = np.array([part @ potential[o] for part in self._parts])
            slope[o, :k] = flow @ potential[o]
            hessian[:k, :k] += 2 * float(weights[o]) * flow @ inverse @ flow.T
        place = np.arange(k)
        return level - (potential[place, i] - potential[place, j]), slope, hessian

    def inverse(self, point: FloatArray) -> FloatArray:
        """Return the inverse of L - s P on the space orthogonal to the constants, (n, n)."""
        level = float(point[-1])
        full = np.linalg.inv(self._shifted(point[:-1], level))
        return (full + full.T) / 2 - 1 / (level * self.view.nodes)

    def resistance(self, rate: FloatArray) -> FloatArray:
        """Return the resistance of an edge of each class, shape (K,)."""
        from scipy.linalg import cho_factor, cho_solve

        scale, place = float(rate.mean()), np.arange(self.count)
        i, j = self.view.ends[self.chosen].T
        columns = np.zeros((self.view.nodes, self.count))
        columns[i, place], columns[j, place] = 1.0, -1.0
        factors = cho_factor(self._laplacian(rate) + scale / self.view.nodes)
        potential = cho_solve(factors, columns)
        result: FloatArray = potential[i, place] - potential[j, place]
        return result

    def _inverse(self, rate: FloatArray) -> FloatArray:
        return pseudo_inverse(self.view.nodes, self.view.ends, rate[self.label])

    def _laplacian(self, rate: FloatArray) -> FloatArray:
        return dense_laplacian(self.view.nodes, self.view.ends, rate[self.label])

    def _shifted(self, rate: FloatArray, level: float) -> FloatArray:
        # The constant vector gets the eigenvalue s instead of -s.
        matrix = self._laplacian(rate)
        matrix[np.diag_indices_from(matrix)] -= level
        return matrix + 2 * level / self.view.nodes
