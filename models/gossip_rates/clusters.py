"""The second eigenvalue where many others lie so close to it that no iteration tells them apart.

A factorisation of L - s I counts how many eigenvalues lie below s (Sylvester's law of inertia):
one, that of the constant vector, as long as s is below the second. So the second is enclosed, and
inverse iteration with such a shift close to it separates what an iteration without cannot.
"""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.selected_inverse import decompose

CLOSE = 1e-10
"""Relative width of the enclosure at which it ends."""
MOST, STEPS = 60, 12
"""Shifts at most, and steps of inverse iteration with each."""


def enclosed(matrix: Any, vector: FloatArray) -> tuple[float, FloatArray] | None:
    """Return the second eigenvalue of a sparse Laplacian and a vector close to its eigenvectors.

    The network is connected. `vector`, shape (n,), is where inverse iteration begins. `None` where
    a factorisation swaps rows, so that it counts nothing.
    """
    from scipy import sparse

    identity = sparse.eye_array(matrix.shape[0], format="csc")
    vector = _centred(vector)
    low, high = 0.0, float(vector @ (matrix @ vector))
    share = 0.5
    for _ in range(MOST):
        if high - low <= CLOSE * high:
            break
        shift = high - share * (high - low)
        factors = decompose(matrix - shift * identity)
        if not np.array_equal(factors.perm_r, factors.perm_c):
            return None
        if int((factors.U.diagonal() < 0).sum()) > 1:
            high, share = shift, 0.5
            continue
        # Shifts close to the quotient enclose more, as long as they stay below.
        low, share = shift, max(share / 8, 1e-3)
        for _ in range(STEPS):
            vector = _centred(factors.solve(vector))
        high = min(high, float(vector @ (matrix @ vector)))
    return high, vector


def _centred(vector: FloatArray) -> FloatArray:
    vector = vector - vector.mean()
    result: FloatArray = vector / np.linalg.norm(vector)
    return result
