"""Figures beside the spectral gap: what is exact about the decay, and neighbours in effect."""

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
    is `None` for networks too large for it, and for rates that leave pieces.
    """
    found: dict[str, Metric] = dict.fromkeys(
        ("mean_square_rate", "accelerated_rate", "effective_neighbours")
    )
    used = np.flatnonzero(rate > 0)
    ends, kept = view.ends[used], rate[used]
    if not len(used) or view.nodes > NEIGHBOURS or mixing <= 0:
        return found
    found["effective_neighbours"] = effective_neighbours(mixing_matrix(view.nodes, ends, kept))
    if view.nodes <= PLAIN:
        found["mean_square_rate"] = plain_decay(view.nodes, ends, kept).rate
    if view.nodes <= ACCELERATED and resistance is not None:
        constants = Constants(1 / mixing, resistance / 2)
        found["accelerated_rate"] = accelerated_decay(view.nodes, ends, kept, constants).rate
    return found
