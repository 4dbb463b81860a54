"""The averaging matrix that a plan comes to."""

from typing import Any

import numpy as np

from planner.formats.gossip.planned import Planned
from planner.formats.options import Options
from planner.models.gossip_rates.laplacian import laplacian
from planner.models.gossip_rates.neighbours import mixing_step


def step_of(found: Planned, options: Options) -> float:
    """Return h of W = I - h L: 1 for weights, else a share of the largest that keeps W >= 0.

    Raises `InputError` (`option-value`) for a share above 1.
    """
    share = options.positive("step", 0.5)
    if share > 1:
        raise options.refuse("step", f"`{share:g}` is more than 1", "Write a share of 1 at most.")
    if found.is_synchronous:
        return 1.0
    return share * mixing_step(found.view.nodes, found.ends, found.rate)


def averaging(found: Planned, step: float) -> Any:
    """Return the sparse matrix W = I - h L, shape (n, n), in CSR form with sorted columns."""
    from scipy import sparse

    nodes = found.view.nodes
    matrix = laplacian(nodes, found.ends, found.rate)
    whole = sparse.csr_array(sparse.eye_array(nodes, format="csr") - step * matrix)
    whole.sum_duplicates()
    whole.indices, whole.indptr = whole.indices.astype(np.int64), whole.indptr.astype(np.int64)
    return whole
