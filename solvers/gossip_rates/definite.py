"""The constraint that a Laplacian, shifted, is positive definite orthogonal to constants."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import dense_laplacian, gather
from planner.solvers.gossip_rates.cones import Cone


class Definite(Cone):
    """sign L(rate) + (constant + slope^T extras) P is positive definite orthogonal to constants."""

    def __init__(
        self,
        nodes: int,
        ends: IntArray,
        slope: FloatArray,
        sign: float = 1.0,
        constant: float = 0.0,
    ) -> None:
        self.nodes, self.ends, self.slope = nodes, ends, slope
        self.sign, self.constant = sign, constant
        self.size = nodes - 1

    def place(self, z: FloatArray) -> bool:
        """Move the slack matrix; the constants get an eigenvalue of the usual size."""
        self.slack = self._matrix(z, self.constant)
        self.lift = max(float(np.trace(self.slack)), 1e-300) / self.nodes
        try:
            self.root = np.asarray(np.linalg.cholesky(self.slack + self.lift / self.nodes))
        except np.linalg.LinAlgError:
            return False
        return bool(self.root.diagonal().min() > 0)

    def begin(self, mu: float) -> None:
        """Set the multiplier matrix to mu times the inverse."""
        self._invert()
        self.dual = mu * self.inverse
        self.second: FloatArray | None = None

    def gap(self) -> float:
        """Return <X, S>."""
        return float((self.dual * self.slack).sum())

    def bend(self, hessian: FloatArray) -> None:
        """Add (B^T X B) o (B^T S^-1 B) and the terms of the extras."""
        self._invert()
        m, i, j = len(self.ends), *self.ends.T
        hessian[:m, :m] += gather(self.dual, self.ends) * gather(self.inverse, self.ends)
        if not self.slope.any():
            return
        product = self.dual @ self.inverse
        cross = product[i, i] + product[j, j] - product[i, j] - product[j, i]
        column = self.sign * np.outer(cross, self.slope)
        hessian[:m, m:] += column
        hessian[m:, :m] += column.T
        hessian[m:, m:] += np.outer(self.slope, self.slope) * float(np.trace(product))

    def pull(self, mu: float) -> FloatArray:
        """Return what mu S^-1 (less the correction) pulls at each variable."""
        matrix = mu * self.inverse
        return self.collect(matrix if self.second is None else matrix - self.second)

    def collect(self, matrix: FloatArray) -> FloatArray:
        """Return <dS / dz_k, matrix> for every variable."""
        i, j = self.ends.T
        edges = matrix[i, i] + matrix[j, j] - 2 * matrix[i, j]
        return np.concatenate([self.sign * edges, self.slope * np.trace(matrix)])

    def aim(self, dz: FloatArray, mu: float) -> tuple[float, float]:
        """Take a direction of the point; that of the multiplier follows (HKM direction)."""
        self.dslack = self._matrix(dz, 0.0)
        product = self.dual @ self.dslack @ self.inverse
        self.ddual = mu * self.inverse - self.dual - (product + product.T) / 2
        if self.second is not None:
            self.ddual -= self.second
        half = _between(self.root, self.dslack)
        ones = 1 / self.nodes
        size = max(float(np.trace(self.dual)), 1e-300) / self.nodes
        try:
            root: FloatArray = np.linalg.cholesky(self.dual + size * ones)
        except np.linalg.LinAlgError:
            return _longest(half), 0.0
        return _longest(half), _longest(_between(root, self.ddual))

    def gap_after(self, primal: float, dual: float) -> float:
        """Return <X + dual dX, S + primal dS>."""
        return float(((self.dual + dual * self.ddual) * (self.slack + primal * self.dslack)).sum())

    def correct(self, *, on: bool) -> None:
        """Keep dX dS S^-1 of the last direction (Mehrotra's correction)."""
        self.second = None
        if on:
            product = self.ddual @ self.dslack @ self.inverse
            self.second = (product + product.T) / 2

    def move(self, primal: float, dual: float) -> None:
        """Move the multiplier matrix, kept symmetric and orthogonal to constants."""
        del primal
        matrix = self.dual + dual * self.ddual
        matrix = (matrix + matrix.T) / 2
        mean = matrix.mean(axis=0)
        self.dual = matrix - mean - mean[:, None] + mean.mean()

    def _matrix(self, z: FloatArray, constant: float) -> FloatArray:
        m = len(self.ends)
        level = constant + float(self.slope @ z[m:])
        matrix = self.sign * dense_laplacian(self.nodes, self.ends, z[:m])
        matrix[np.diag_indices_from(matrix)] += level
        return matrix - level / self.nodes

    def _invert(self) -> None:
        from scipy.linalg import cho_solve

        full = cho_solve((self.root, True), np.eye(self.nodes))
        self.inverse = (full + full.T) / 2 - 1 / (self.lift * self.nodes)


def _between(root: FloatArray, matrix: FloatArray) -> FloatArray:
    """Return R^-1 M R^-T for the lower triangular R."""
    from scipy.linalg import solve_triangular

    half = solve_triangular(root, matrix, lower=True, check_finite=False)
    result: FloatArray = solve_triangular(root, half.T, lower=True, check_finite=False)
    return (result + result.T) / 2


def _longest(matrix: FloatArray) -> float:
    """Return the longest t for which I + t M stays positive, infinity for every t."""
    from scipy.linalg import eigvalsh

    least = float(eigvalsh(matrix, subset_by_index=[0, 0], check_finite=False)[0])
    return -1 / least if least < 0 else np.inf
