"""Whether traffic by source and arc reaches its targets, and nothing is lost on the way."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Violation
from planner.models.flow_splitting.evaluation.outcome import SERVED, Setting, dust
from planner.models.flow_splitting.evaluation.violations import name_each
from planner.models.flow_splitting.grouping import least_by, sum_by
from planner.models.flow_splitting.traffic import Flows


def conservation_faults(
    setting: Setting, flows: Flows, source: IntArray, arc: IntArray, size: FloatArray
) -> list[Violation]:
    """Return where the traffic of a source does not add up, with inflow less outflow and demand.

    `source`, `arc` and `size` are the entries of the plan. A place is a source times the number of
    nodes, plus the node where its traffic is looked at. The traffic may be off by a share of the
    smallest demand it is about, and by the rounding of the sums; a target that no traffic of its
    source leads to is a fault however small its demand is.
    """
    network, labels = setting.network, setting.labels
    nodes = network.nodes
    places, own = nodes * nodes, np.arange(nodes) * (nodes + 1)
    tail, head = source * nodes + network.tail[arc], source * nodes + network.head[arc]
    target = flows.source * nodes + flows.target
    arriving, leaving = sum_by(head, size, places), sum_by(tail, size, places)
    wanted, sent = sum_by(target, flows.size, places), sum_by(flows.source, flows.size, nodes)
    wanted[own] -= sent
    excess = arriving - leaving - wanted
    smallest = least_by(target, flows.size, places)
    of_source = np.repeat(least_by(flows.source, flows.size, nodes), nodes)
    scale = np.where(smallest > 0, smallest, of_source)
    # What is missing at a source is what is missing at all of its targets together.
    scale[own] = sent
    terms = np.bincount(np.concatenate([head, tail, target]), minlength=places)
    terms[own] += np.bincount(flows.source, minlength=nodes)
    rounding = dust(arriving + leaving + np.abs(wanted), terms)
    allowed = np.minimum(SERVED * scale + rounding, SERVED * np.repeat(sent, nodes))
    cut_off = (smallest > 0) & ~_reached(tail, head, own)
    at = np.flatnonzero((np.abs(excess) > allowed) | cut_off)

    def where(place: int) -> str:
        start, node = divmod(place, nodes)
        return f"traffic from {labels.ends[start]} at {labels.ends[node]}"

    return list(name_each("conservation", "workload", at, where, excess[at], setting.unit))


def _reached(tail: IntArray, head: IntArray, start: IntArray) -> NDArray[np.bool_]:
    """Return which places the arcs from `tail` to `head` lead to, from any place in `start`.

    The starts are one for each source, and no arc joins places of two sources.
    """
    places = len(start) ** 2
    order = np.argsort(tail, kind="stable")
    first = np.searchsorted(tail[order], np.arange(places + 1))
    head = head[order]
    reached = np.zeros(places, dtype=np.bool_)
    reached[start] = True
    fresh = start
    while len(fresh):
        count = first[fresh + 1] - first[fresh]
        begin = np.repeat(first[fresh] - np.cumsum(count) + count, count)
        ends = np.unique(head[begin + np.arange(len(begin))])
        fresh = ends[~reached[ends]]
        reached[fresh] = True
    return reached
