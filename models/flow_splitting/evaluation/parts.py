"""Counting parts: how many there are, how many flows are split, and into how many at most."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

EQUAL = 1e-9
"""Parts of one flow that differ by less, relative to each other, count as equal."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Part statistics of a step; `None` where a plan does not tell them."""

    total: int | None
    split: int | None
    """Flows with more than one part."""
    most: int | None
    """Most parts of one flow."""


UNKNOWN = Parts(total=None, split=None, most=None)


def add(steps: list[Parts]) -> Parts:
    """Return the statistics of all steps together; unknown as soon as one step is."""
    totals = [step.total for step in steps if step.total is not None]
    splits = [step.split for step in steps if step.split is not None]
    mosts = [step.most for step in steps if step.most is not None]
    if len(totals) < len(steps):
        return UNKNOWN
    return Parts(total=sum(totals), split=sum(splits), most=max(mosts, default=0))


def whole_flows(flows: int) -> Parts:
    """Return the statistics of flows none of which is split."""
    return Parts(total=flows, split=0, most=min(flows, 1))


def count_parts(flow: IntArray, flows: int, local: int) -> tuple[Parts, IntArray]:
    """Return the statistics of listed parts, and the number of parts of each flow.

    `flow` is the flow of each part, `flows` how many flows there are, `local` how many of them
    stay below their leaf and so have one part without a path.
    """
    parts = np.bincount(flow, minlength=flows)
    most = max(int(parts.max(initial=0)), min(local, 1))
    return Parts(total=len(flow) + local, split=int((parts > 1).sum()), most=most), parts


def repeated_paths(flow: IntArray, path: IntArray, paths: int) -> IntArray:
    """Return the positions of parts whose flow has an earlier part on the same path.

    `path` numbers the path of each part, below `paths`.
    """
    key = flow * paths + path
    order = np.argsort(key, kind="stable")
    repeated = order[1:][key[order[1:]] == key[order[:-1]]]
    return np.sort(repeated)


def unequal_flows(flow: IntArray, size: FloatArray, flows: int) -> IntArray:
    """Return the flows whose parts differ in size."""
    largest = np.zeros(flows)
    smallest = np.full(flows, np.inf)
    np.maximum.at(largest, flow, size)
    np.minimum.at(smallest, flow, size)
    return np.flatnonzero(largest - np.where(largest > 0, smallest, 0.0) > EQUAL * largest)
