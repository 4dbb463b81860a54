"""Figures beside the spectral gap: what is exact about the decay, and neighbours in effect."""

import math
from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import Metric
from planner.models.gossip_rates.accelerated import Constants
from planner.models.gossip_rates.mean_square import accelerated_decay, plain_decay
from planner.models.gossip_rates.neighbours import effective_neighbours, mixing_matrix
from planner.models.gossip_rates.view import View

PLAIN, ACCELERATED, NEIGHBOURS = 50, 16, 200
"""Nodes up to which each figure takes well below a second."""


def second_opinion(
    view: View, rate: FloatArray, mixing: float, resistance: float | None
) -> dict[str, Metric]:
    """Return `mean_square_rate`, `accelerated_rate` and `effective_neighbours`.

    `mixing` is lambda_2 and `resistance` the largest effective resistance of an edge. Each figure
    is `None` for networks too large for it, for rates that leave pieces, and where it cannot be
    told from rounding or takes more memory than there is.
    """
    found: dict[str, Metric] = dict.fromkeys(
        ("mean_square_rate", "accelerated_rate", "effective_neighbours")
    )
    used = np.flatnonzero(rate > 0)
    ends, kept = view.ends[used], rate[used]
    if not len(used) or view.nodes > NEIGHBOURS or mixing <= 0:
        return found
    nodes = view.nodes
    found["effective_neighbours"] = _figure(
        lambda: effective_neighbours(mixing_matrix(nodes, ends, kept))
    )
    if nodes <= PLAIN:
        found["mean_square_rate"] = _figure(lambda: plain_decay(nodes, ends, kept).rate)
    if nodes <= ACCELERATED and resistance is not None:
        constants = Constants(1 / mixing, resistance / 2)
        found["accelerated_rate"] = _figure(
            lambda: accelerated_decay(nodes, ends, kept, constants).rate
        )
    return found


def _figure(compute: Callable[[], float]) -> float | None:
    """Return a figure, or `None` where it cannot be had: none of them decides about a plan."""
    try:
        value = compute()
    except (ArithmeticError, ValueError, MemoryError):
        # `LinAlgError` is a `ValueError`.
        return None
    return value if 0 < value < math.inf else None
