"""Good choices of edges at once: heaviest shares first, then swaps while they help."""

from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.choices import Case
from planner.models.gossip_rates.laplacian import components, dense_laplacian
from planner.models.gossip_rates.view import View

ENOUGH = 1e-9
"""Relative improvement below which a swap counts as none."""
MOST_SWAPS = 2_000
"""Swaps that are tried before a choice counts as one that none betters."""


def mixing(view: View, taken: np.ndarray) -> float:
    """Return lambda_2 of the edges taken, each at its most rate."""
    matrix = dense_laplacian(view.nodes, view.ends[taken], view.most[taken])
    return float(np.linalg.eigvalsh(matrix)[1])


def completed(view: View, case: Case, order: FloatArray) -> np.ndarray:
    """Return a choice of the case, a mask: edges of high `order` first, joining ones before."""
    taken, left = case.taken.copy(), case.count
    label = components(view.nodes, view.ends[taken])
    ranked = np.flatnonzero(case.open)[np.argsort(-order[case.open], kind="stable")].tolist()
    for edge in ranked:
        a, b = label[view.ends[edge]].tolist()
        if left > 0 and a != b:
            taken[edge], left = True, left - 1
            label[label == b] = a
    for edge in ranked:
        if left > 0 and not taken[edge]:
            taken[edge], left = True, left - 1
    return taken


def swapped(
    view: View, case: Case, taken: np.ndarray, stop: Callable[[], bool]
) -> tuple[np.ndarray, float]:
    """Return a choice that no swap of two edges betters, and its lambda_2.

    Swaps are tried in the order of what the second eigenvector promises of them.
    """
    best = mixing(view, taken)
    while not stop():
        found = _better(view, case, taken, best, stop)
        if found is None:
            break
        taken, best = found
    return taken, best


def _better(
    view: View, case: Case, taken: np.ndarray, best: float, stop: Callable[[], bool]
) -> tuple[np.ndarray, float] | None:
    matrix = dense_laplacian(view.nodes, view.ends[taken], view.most[taken])
    vector = np.linalg.eigh(matrix)[1][:, 1]
    i, j = view.ends.T
    worth = np.where(view.usable, view.most, 0.0) * (vector[i] - vector[j]) ** 2
    inside = np.flatnonzero(taken & case.open)
    outside = np.flatnonzero(~taken & case.open)
    gain = worth[outside][None, :] - worth[inside][:, None]
    # Only what the vector finds better can be better: lambda_2 is at most what it says.
    for place in np.argsort(-gain, axis=None)[:MOST_SWAPS].tolist():
        if gain.flat[place] <= 0 or stop():
            return None
        row, column = divmod(place, len(outside))
        trial = taken.copy()
        trial[inside[row]], trial[outside[column]] = False, True
        value = mixing(view, trial)
        if value > best * (1 + ENOUGH):
            return trial, value
    return None
