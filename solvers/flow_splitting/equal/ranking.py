"""Which of two plans of one step is better: time, parts, split flows, most parts of a flow."""

from typing import NamedTuple

import numpy as np

from planner.models.base.rounding import COMBINATORIAL
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.explicit import StepParts, busiest_time


class Rank(NamedTuple):
    """The objectives in order; less is better."""

    time: float
    """Load over rate of the busiest link; as good as the floor where it is not above it."""
    parts: int
    split: int
    most: int


def rank_of(fabric: Fabric, flows: Flows, parts: StepParts, floor: float) -> Rank:
    """Return the rank of a plan where nothing is gained below the time `floor`."""
    time = busiest_time(fabric, flows, parts)
    count = np.bincount(parts.flow, minlength=1)
    return Rank(
        time=floor if time <= floor * (1 + COMBINATORIAL) else time,
        parts=len(parts),
        split=int((count > 1).sum()),
        most=int(count.max()),
    )
