"""Lower bounds on the time of a step, each of them plain arithmetic on the instance.

`docs/problems/flow_splitting.md` writes them as formulas. All are rounded down.
"""

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import COMBINATORIAL
from planner.models.flow_splitting.certificate import CountingProof, DegreeProof
from planner.models.flow_splitting.proofs.counting import group_time
from planner.models.flow_splitting.proofs.degree import degree_bound, nic_bound
from planner.models.flow_splitting.proofs.groups import end_groups
from planner.models.flow_splitting.proofs.metric import arc_metric, fabric_metric
from planner.models.flow_splitting.proofs.pairs import pair_time
from planner.models.flow_splitting.proofs.part_count import parts_bound
from planner.models.flow_splitting.proofs.widest import widest_time
from planner.models.flow_splitting.traffic import AllPairs, Flows, Step
from planner.models.flow_splitting.view import View

__all__ = [
    "arc_metric_bound",
    "best_simple_proof",
    "counting_bound",
    "degree_bound",
    "metric_bound",
    "parts_bound",
]


def counting_bound(view: View, step: Step) -> float:
    """Return the time in which whole flows can be carried at every leaf and between every pair.

    On graphs also the time each needs on its widest path, see `widest_time`.

    At least the degree bound, and equal to it where flows may be split. See `counting`.
    """
    time = degree_bound(view, step)
    if view.splitting != "whole":
        return time
    known: set[tuple[int, bytes, bytes]] = set()
    for side in ("out", "in"):
        for group in end_groups(view, step.traffic, side):
            if (key := group.key) not in known:
                known.add(key)
                time = group_time(group, time)
    if view.network is not None and isinstance(step.traffic, Flows):
        return max(time, widest_time(view.network, step.traffic))
    return time if view.fabric is None else pair_time(view.fabric, step.traffic, time)


def metric_bound(
    view: View,
    step: Step,
    up: FloatArray,
    down: FloatArray,
    leaf_class: IntArray,
    spine_class: IntArray,
) -> float:
    """Return the larger of T_nic and the metric bound of link lengths, see `fabric_metric`.

    `up` and `down` hold length[leaf class, spine class], not negative. Raises `ValueError` on
    graphs and where no link that is up has a length.
    """
    if view.fabric is None:
        raise ValueError("a graph has lengths by arc, not by leaf and spine")
    bound = fabric_metric(view.fabric, step.traffic, (up, down), (leaf_class, spine_class))
    if bound is None:
        raise ValueError("no link that is up has a length above zero")
    return max(bound, nic_bound(view, step))


def arc_metric_bound(view: View, step: Step, length: FloatArray) -> float:
    """Return the metric bound of arc lengths on a graph, stronger for whole flows: `arc_metric`.

    Raises `ValueError` on fabrics and where every length is zero.
    """
    if view.network is None or isinstance(step.traffic, AllPairs):
        raise ValueError("a fabric has lengths by leaf and spine, not by arc")
    bound = arc_metric(view.network, step.traffic, length, whole=view.splitting == "whole")
    if bound is None:
        raise ValueError("no arc has a length above zero")
    return bound


def best_simple_proof(view: View, step: Step) -> DegreeProof | CountingProof:
    """Return the strongest proof that needs neither search nor lengths, the simpler if equal."""
    degree = degree_bound(view, step)
    counting = counting_bound(view, step) if view.splitting == "whole" else degree
    if counting > degree * (1 + COMBINATORIAL):
        return CountingProof(value=counting)
    return DegreeProof(value=degree)
