"""How many neighbours a worker has in effect: a second opinion beside the spectral gap."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import dense_laplacian

DECAY = 0.9
"""Share of the noise that stays from one step to the next, unless asked otherwise."""


def mixing_step(nodes: int, ends: IntArray, rate: FloatArray) -> float:
    """Return the largest h for which no row of W = I - h L has a negative diagonal."""
    load = np.bincount(ends.ravel(), np.repeat(rate, 2), nodes)
    return 1 / float(load.max())


def mixing_matrix(
    nodes: int, ends: IntArray, rate: FloatArray, step: float | None = None
) -> FloatArray:
    """Return W = I - h L, symmetric with rows that sum to 1, shape (n, n).

    `step` is h, in units of time; half the largest one that leaves the diagonal non-negative if
    not given, so that every worker keeps at least half of its own state.
    """
    h = mixing_step(nodes, ends, rate) / 2 if step is None else step
    return np.eye(nodes) - h * dense_laplacian(nodes, ends, rate)


def effective_neighbours(matrix: FloatArray, decay: float = DECAY) -> float:
    """Return by how much averaging with W shrinks noise that decays by `decay` per step.

    (1 / (1 - decay)) / ((1/n) sum_i w_i^2 / (1 - decay w_i^2)) with the eigenvalues w_i of W: 1 for
    no communication, n for exact averaging (Vogels, Hendrikx, Jaggi 2023, arXiv 2301.02151).
    """
    square = np.linalg.eigvalsh(matrix) ** 2
    return float(1 / ((1 - decay) * np.mean(square / (1 - decay * square))))
