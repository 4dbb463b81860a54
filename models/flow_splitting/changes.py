"""How much two plans differ, for whoever has to roll out the second."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.evaluation.layout import shape_faults
from planner.models.flow_splitting.plan import ExplicitPlan, FlowPlan

SAME = 1e-9
"""Relative difference of sizes that are the same up to rounding."""


def changes(old: FlowPlan, new: FlowPlan) -> int | None:
    """Return how many parts of `new` are not in `old`, or `None` where that is not known.

    A part is the same where step, flow, spine, lanes and size are. Only explicit plans list parts
    that can be compared; those of graphs name arcs by number, and a failed link moves the numbers.
    """
    if not isinstance(old, ExplicitPlan) or not isinstance(new, ExplicitPlan):
        return None
    if any(True for plan in (old, new) for _ in shape_faults(plan)):
        return None
    keys = np.concatenate([_keys(old), _keys(new)])
    sizes = np.concatenate([old.size, new.size])
    is_new = np.repeat([False, True], [len(old.size), len(new.size)])
    return int((~_has_twin(keys, sizes, is_new)[is_new]).sum())


def _keys(plan: ExplicitPlan) -> IntArray:
    """Return the columns that tell where a part is, one row per part."""
    first = np.zeros(len(plan.step), dtype=np.int64)
    lanes = [lane if len(lane) else first for lane in (plan.up_lane, plan.down_lane)]
    return np.stack([plan.step, plan.flow, plan.spine, *lanes], axis=1)


def _has_twin(keys: IntArray, sizes: FloatArray, is_new: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether each part has one of the other plan at the same place with the same size."""
    order = np.lexsort((is_new, *keys.T[::-1]))
    first, second = order[:-1], order[1:]
    pairs = (
        (keys[first] == keys[second]).all(axis=1)
        & (is_new[first] != is_new[second])
        & np.isclose(sizes[first], sizes[second], rtol=SAME, atol=0.0)
    )
    found = np.zeros(len(sizes), dtype=bool)
    found[first[pairs]] = found[second[pairs]] = True
    return found
