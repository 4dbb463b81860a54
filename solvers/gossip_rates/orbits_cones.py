"""The constraints of Newton's method in one rate per class of edges.

With u the rates of the classes, L(u) = sum u_o L_o and one edge e_o of each class:

    fewest messages    minimise tau    L(u) >= s P,   R_{e_o}(u) <= s,   c^T u <= tau,   u >= 0
    fastest mixing     minimise tau    L(u) >= P,                        c^T u <= tau,   u >= 0

Derivatives by u_o are sums over the edges of a class: traces of products with the L_o.
"""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import laplacian, pseudo_inverse
from planner.models.gossip_rates.view import View
from planner.solvers.gossip_rates.curved import Curved
from planner.solvers.gossip_rates.definite import Definite


class Classes:
    """The classes of edges of a network: their Laplacians, and one edge of each."""

    def __init__(self, view: View, label: IntArray) -> None:
        self.view, self.label = view, label
        self.count = int(label.max()) + 1
        self.size: IntArray = np.bincount(label)
        self.cost: FloatArray = np.bincount(label, view.cost).astype(np.float64)
        self.chosen = np.unique(label, return_index=True)[1]
        self.parts: list[Any] = [
            laplacian(view.nodes, view.ends[label == o], np.ones(int(self.size[o])))
            for o in range(self.count)
        ]

    def spread(self, rate: FloatArray) -> FloatArray:
        """Return the rate of every edge, (m,), from those of the classes."""
        result: FloatArray = rate[self.label]
        return result

    def inverse(self, rate: FloatArray) -> FloatArray:
        """Return L(u)^+, shape (n, n)."""
        return pseudo_inverse(self.view.nodes, self.view.ends, self.spread(rate))

    def potentials(self, inverse: FloatArray) -> FloatArray:
        """Return L^+ b_e of the chosen edges, one in each row, shape (K, n)."""
        i, j = self.view.ends[self.chosen].T
        result: FloatArray = inverse[i] - inverse[j]
        return result

    def drops(self, potential: FloatArray) -> FloatArray:
        """Return b_e^T of each row for the edge of that row: the resistances, shape (K,)."""
        (i, j), place = self.view.ends[self.chosen].T, np.arange(self.count)
        result: FloatArray = potential[place, i] - potential[place, j]
        return result


class ClassDefinite(Definite):
    """L(u) + (constant + slope^T extras) P is positive definite orthogonal to constants."""

    def __init__(self, classes: Classes, slope: FloatArray, constant: float = 0.0) -> None:
        view = classes.view
        super().__init__(view.nodes, view.ends, slope, 1.0, constant)
        self.classes = classes

    def bend(self, hessian: FloatArray) -> None:
        """Add <X L_o, L_p S^-1> of all pairs of classes, and the terms of the extras."""
        self._invert()
        k = self.classes.count
        left = np.array([(part @ self.dual).ravel() for part in self.classes.parts])
        right = np.array([(part @ self.inverse).T.ravel() for part in self.classes.parts])
        hessian[:k, :k] += left @ right.T
        if not self.slope.any():
            return
        product = self.dual @ self.inverse
        cross = np.array([(part * product.T).sum() for part in self.classes.parts])
        column = np.outer(cross, self.slope)
        hessian[:k, k:] += column
        hessian[k:, :k] += column.T
        hessian[k:, k:] += np.outer(self.slope, self.slope) * float(np.trace(product))

    def collect(self, matrix: FloatArray) -> FloatArray:
        """Return <dS / dz_k, matrix> for every variable."""
        edges = super().collect(matrix)
        m = len(self.ends)
        shared = np.bincount(self.classes.label, edges[:m], self.classes.count)
        return np.concatenate([shared, edges[m:]])

    def _matrix(self, z: FloatArray, constant: float) -> FloatArray:
        k = self.classes.count
        return super()._matrix(np.concatenate([self.classes.spread(z[:k]), z[k:]]), constant)


class ClassResistances(Curved):
    """R_e(u) < z_s for one edge of every class, z_s being the variable after the rates."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self.size = self.edges = self.level = classes.count

    def slack_at(self, z: FloatArray) -> FloatArray:
        """Return z_s - R_e, and keep the potentials that R is read from."""
        self.inverse = self.classes.inverse(z[: self.size])
        self.potential = self.classes.potentials(self.inverse)
        result: FloatArray = z[self.level] - self.classes.drops(self.potential)
        return result

    def push(self, dz: FloatArray) -> FloatArray:
        """Return the Jacobian times a direction."""
        result: FloatArray = self.slope @ dz[: self.size] + dz[self.level]
        return result

    def gather_back(self, weight: FloatArray) -> FloatArray:
        """Return the transposed Jacobian times the weights."""
        return np.concatenate([weight @ self.slope, [weight.sum(), 0.0]])

    def bend(self, hessian: FloatArray) -> None:
        """Add J^T diag(theta / slack) J and the curvature sum theta_o Hessian of R_o."""
        k, ratio = self.size, self.dual / self.slack
        self.slope = np.empty((k, k))
        for o, potential in enumerate(self.potential):
            flow = np.array([part @ potential for part in self.classes.parts])
            self.slope[o] = flow @ potential
            hessian[:k, :k] += 2 * float(self.dual[o]) * flow @ self.inverse @ flow.T
        half = self.slope * np.sqrt(ratio)[:, None]
        hessian[:k, :k] += half.T @ half
        column = ratio @ self.slope
        hessian[:k, k] += column
        hessian[k, :k] += column
        hessian[k, k] += ratio.sum()
