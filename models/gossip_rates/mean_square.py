"""The exact rate at which the mean squared distance to consensus falls, without drawing anything.

Between two events the covariance C of the states does not change; when edge e fires, which happens
at rate lambda_e, C becomes J_e C J_e^T. Hence dC/dt = sum_e lambda_e (J_e C J_e^T - C) plus drift,
a linear map of C whose leading eigenvalue is minus the rate. One application costs O(m n).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.accelerated import Constants
from planner.models.gossip_rates.laplacian import components, laplacian

MOST_NODES = 200
"""Above so many nodes the covariance is too large for a metric."""
DENSE = 400
"""Entries of a covariance up to which all eigenvalues of the map take well below a second."""
RESTARTS = 1_000
"""Of the iteration."""


@dataclass(frozen=True, slots=True)
class Decay:
    """How fast the mean squared distance falls in the end, and from which states."""

    rate: float
    """E|x - mean|^2 falls as exp(-rate t), per unit of time."""
    covariance: FloatArray
    """Positive semidefinite, shape (n, n) or (2n, 2n): started with it, the mean squared distance
    falls at exactly `rate` from the beginning."""


def plain_decay(nodes: int, ends: IntArray, rate: FloatArray) -> Decay:
    """Return the decay of plain gossip, where both ends of a firing edge take their mean.

    With q_e = b_e^T C b_e the map is -(L C + C L) / 2 + L(rate q) / 4; it is self-adjoint. Raises
    `ValueError` for rates that leave the network in pieces, and `ArithmeticError` where the
    eigenvalue is not found.
    """
    _connected(nodes, ends, rate)
    matrix, scale = laplacian(nodes, ends, rate), float(rate.sum())

    def apply(flat: FloatArray) -> FloatArray:
        whole = flat.reshape(nodes, nodes)
        inner = _centre(whole)
        moved = -(matrix @ inner + (matrix @ inner.T).T) / 2 + _recoil(nodes, ends, rate, inner) / 4
        # What concerns the mean of all states is moved to the far end of the spectrum.
        found: FloatArray = (_centre(moved) - 4 * scale * (whole - inner)).ravel()
        return found

    value, vector = _leading(apply, _centre(np.eye(nodes)).ravel(), 1e-13, symmetric=True)
    return Decay(-value, _positive(vector.reshape(nodes, nodes)))


def accelerated_decay(nodes: int, ends: IntArray, rate: FloatArray, constants: Constants) -> Decay:
    """Return the decay of accelerated gossip on pairs of states (x, xt), stacked.

    Between events dx = eta (xt - x) dt and dxt = eta (x - xt) dt; at an event x loses
    alpha b_e b_e^T x and xt loses alpha_tilde b_e b_e^T x (A2CiD2, arXiv 2306.08289, without
    gradients). Raises as `plain_decay` does.
    """
    _connected(nodes, ends, rate)
    matrix, scale = laplacian(nodes, ends, rate), float(rate.sum())
    eta, a, b = constants.eta, constants.alpha, constants.alpha_tilde

    def apply(flat: FloatArray) -> FloatArray:
        whole = flat.reshape(2, nodes, 2, nodes).transpose(0, 2, 1, 3)
        inner = np.array([[_centre(block) for block in row] for row in whole])
        (x, y), (y_back, z) = inner
        recoil = _recoil(nodes, ends, rate, x)
        lx, ly, yl = matrix @ x, matrix @ y, (matrix @ y_back.T).T
        xl = (matrix @ x.T).T
        moved = np.empty_like(inner)
        moved[0, 0] = -a * (lx + xl) + a * a * recoil + eta * (y + y_back - 2 * x)
        moved[0, 1] = -a * ly - b * xl + a * b * recoil + eta * (x + z - 2 * y)
        moved[1, 0] = -a * yl - b * lx + a * b * recoil + eta * (x + z - 2 * y_back)
        moved[1, 1] = -b * (matrix @ y + yl) + b * b * recoil + eta * (y + y_back - 2 * z)
        moved -= 4 * scale * (whole - inner)
        found: FloatArray = moved.transpose(0, 2, 1, 3).ravel()
        return found

    start: FloatArray = np.kron(np.ones((2, 2)), _centre(np.eye(nodes))).ravel().astype(np.float64)
    value, vector = _leading(apply, start, 1e-11, symmetric=False)
    return Decay(-value, _positive(vector.reshape(2 * nodes, 2 * nodes)))


def _leading(
    apply: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    tolerance: float,
    *,
    symmetric: bool,
) -> tuple[float, FloatArray]:
    """Return the rightmost eigenvalue of a map of covariances, and its vector.

    The map keeps covariances covariances, so that it is real. Where rates lie so far apart that
    the iteration does not come to an end, all eigenvalues of a small map are computed.
    """
    from scipy.linalg import eig, eigh
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigs, eigsh

    size = len(start)
    operator = LinearOperator((size, size), matvec=apply, dtype=np.float64)
    iteration, which = (eigsh, "LA") if symmetric else (eigs, "LR")
    try:
        value, vector = iteration(
            operator,
            k=1,
            which=which,
            v0=start,
            tol=tolerance,
            ncv=min(20 if symmetric else 40, size),
            maxiter=RESTARTS,
        )
    except ArpackError as error:
        if size > DENSE:
            raise ArithmeticError("the leading eigenvalue is too close to others") from error
        table = np.array([apply(unit) for unit in np.eye(size)]).T
        value, vector = eigh((table + table.T) / 2) if symmetric else eig(table)
    first = int(value.real.argmax())
    return float(value[first].real), vector[:, first].real


def _recoil(nodes: int, ends: IntArray, rate: FloatArray, inner: FloatArray) -> FloatArray:
    """Return sum of rate_e q_e b_e b_e^T with q_e = b_e^T C b_e, shape (n, n)."""
    i, j = ends.T
    q = inner[i, i] + inner[j, j] - inner[i, j] - inner[j, i]
    found: FloatArray = laplacian(nodes, ends, rate * q).toarray()
    return found


def _centre(matrix: FloatArray) -> FloatArray:
    rows = matrix - matrix.mean(axis=0)
    found: FloatArray = rows - rows.mean(axis=1)[:, None]
    return found


def _positive(matrix: FloatArray) -> FloatArray:
    matrix = (matrix + matrix.T) / 2
    return matrix / float(np.trace(matrix))


def _connected(nodes: int, ends: IntArray, rate: FloatArray) -> Any:
    if components(nodes, ends[rate > 0]).max() > 0:
        raise ValueError("the network is in pieces")
