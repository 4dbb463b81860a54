"""Constraints that are concave in the rates: resistances of edges, and their sum."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import gather, pseudo_inverse
from planner.solvers.gossip_rates.cones import Scalars


class Curved(Scalars):
    """Constraints whose slacks are concave functions of the rates.

    The slacks are variables of their own that follow the functions: a step lands where the tangent
    said, and the next one makes up for the curve. Otherwise small slacks would lose all proportion
    to their multipliers.
    """

    edges: int

    def place(self, z: FloatArray) -> bool:
        """Take the functions at a point; outside where a rate is negative or nothing joins."""
        if (z[: self.edges] < 0).any():
            return False
        try:
            self.found = self.slack_at(z)
        except np.linalg.LinAlgError:
            return False
        return bool(np.isfinite(self.found).all())

    def begin(self, mu: float) -> None:
        """Start with the functions as slacks."""
        self.slack = self.found
        super().begin(mu)

    def pull(self, mu: float) -> FloatArray:
        """Return what the multipliers pull, the lag of the slacks made up for."""
        lag = self.gather_back(self.dual / self.slack * (self.found - self.slack))
        return super().pull(mu) - lag

    def aim(self, dz: FloatArray, mu: float) -> tuple[float, float]:
        """Take a direction of the point; those of slacks and multipliers follow."""
        self.dslack = self.push(dz) + self.found - self.slack
        return self._aim_dual(mu)

    def move(self, primal: float, dual: float) -> None:
        """Move the multipliers and the slacks."""
        super().move(primal, dual)
        self.slack = self.slack + primal * self.dslack


class Resistances(Curved):
    """R_e(rate) < z_s for every edge: convex, with d R_e / d rate_k = -G_ek^2."""

    def __init__(self, nodes: int, ends: IntArray, level: int) -> None:
        self.nodes, self.ends, self.level = nodes, ends, level
        self.size = self.edges = len(ends)

    def slack_at(self, z: FloatArray) -> FloatArray:
        """Return z_s - R_e, and keep the matrix that R is read from."""
        self.potential = pseudo_inverse(self.nodes, self.ends, z[: self.size])
        i, j = self.ends.T
        part = self.potential
        result: FloatArray = z[self.level] - (part[i, i] + part[j, j] - 2 * part[i, j])
        return result

    def push(self, dz: FloatArray) -> FloatArray:
        """Return the Jacobian times a direction."""
        result: FloatArray = self.square @ dz[: self.size] + dz[self.level]
        return result

    def gather_back(self, weight: FloatArray) -> FloatArray:
        """Return the transposed Jacobian times the weights."""
        found = np.zeros(self.size + 2)
        found[: self.size] = weight @ self.square
        found[self.level] += weight.sum()
        return found

    def bend(self, hessian: FloatArray) -> None:
        """Add J^T diag(theta / slack) J and the curvature 2 (G diag(theta) G) o G."""
        m, ratio = self.size, self.dual / self.slack
        table = gather(self.potential, self.ends)
        self.square = table * table
        # Both tables are symmetric; a product with its own transpose costs half of any other.
        half = table * np.sqrt(self.dual)
        hessian[:m, :m] += 2 * table * (half @ half.T)
        half = self.square * np.sqrt(ratio)
        hessian[:m, :m] += half @ half.T
        column = ratio @ self.square
        hessian[:m, self.level] += column
        hessian[self.level, :m] += column
        hessian[self.level, self.level] += ratio.sum()


class Trace(Curved):
    """1 / (n tr L^+) > 1: concave and of degree 1, which is closer to linear than its inverse.

    With f = n tr L^+ the derivative of f is -g_k = -n |L^+ b_k|^2, and that of 1 / f is g / f^2.
    """

    size = 1

    def __init__(self, nodes: int, ends: IntArray) -> None:
        self.nodes, self.ends, self.edges = nodes, ends, len(ends)

    def slack_at(self, z: FloatArray) -> FloatArray:
        """Return 1 / (n tr L^+) - 1, and keep the inverse."""
        self.potential = pseudo_inverse(self.nodes, self.ends, z[: self.edges])
        self.value = self.nodes * float(np.trace(self.potential))
        return np.array([1 / self.value - 1])

    def push(self, dz: FloatArray) -> FloatArray:
        """Return the Jacobian times a direction."""
        return np.array([float(self.slope @ dz[: self.edges])])

    def gather_back(self, weight: FloatArray) -> FloatArray:
        """Return the transposed Jacobian times the weight."""
        return np.append(self.slope * weight[0], 0.0)

    def bend(self, hessian: FloatArray) -> None:
        """Add the square of the gradient and the curvature of -1 / f."""
        m, f = self.edges, self.value
        curve = gather(self.potential @ self.potential, self.ends)
        self.slope = self.nodes * curve.diagonal() / f**2
        dual = float(self.dual[0])
        ratio = dual / float(self.slack[0]) - 2 * f * dual
        hessian[:m, :m] += ratio * np.outer(self.slope, self.slope)
        weight = 2 * self.nodes * dual / f**2
        hessian[:m, :m] += weight * gather(self.potential, self.ends) * curve
