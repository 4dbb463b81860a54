"""What limits a plan: the NICs of the hosts, or the links of the fabric."""

import numpy as np

from planner.models.base.evaluation import Evaluation, Reason
from planner.models.base.rounding import COMBINATORIAL
from planner.models.flow_splitting.certificate import BoundsCertificate, UnreachableCertificate
from planner.models.flow_splitting.evaluate import evaluate
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import FlowPlan
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import AllPairs, host_loads
from planner.models.topologies.leaf_spine import LeafSpine


def explain(
    instance: FlowSplitting,
    plan: FlowPlan,
    certificate: BoundsCertificate | UnreachableCertificate | None,
) -> list[Reason]:
    """Return what binds a plan where that is not the busiest link alone.

    Where the NICs need at least as long as the links, the host with the most to send or receive
    binds; where both need equally long, the busiest link binds too. Nothing is said of plans that
    the links alone limit: their busiest link stands in the metrics.
    """
    found = evaluate(instance, plan)
    theta, nic = found.metrics.get("theta"), found.metrics.get("nic_time")
    if not isinstance(theta, float) or not isinstance(nic, float) or nic <= 0:
        return []
    if nic < theta * (1 - COMBINATORIAL):
        return []
    both = nic <= theta * (1 + COMBINATORIAL)
    return [_nic_reason(instance, theta, nic), *(_link_reason(found) if both else [])]


def _nic_reason(instance: FlowSplitting, theta: float, nic: float) -> Reason:
    unit = "" if instance.view.unit == "1" else f" {instance.view.unit}"
    return Reason(
        code="busiest",
        constraint="topology.nic_rate",
        where=_busiest_host(instance) or "NICs",
        message=f"The NICs bind: they need {nic:.6g}{unit}, the fabric {theta:.6g}{unit}.",
    )


def _link_reason(found: Evaluation) -> list[Reason]:
    link = found.metrics.get("busiest_link")
    if link is None:
        return []
    return [
        Reason(
            code="busiest",
            constraint="metrics.busiest_link",
            where=str(link),
            message="This link binds as well: it needs as long as the NICs.",
        )
    ]


def _busiest_host(instance: FlowSplitting) -> str | None:
    """Return the host that binds the step whose NICs need longest; `None` if there are several."""
    view, topology = instance.view, instance.topology
    step = max(view.steps, key=lambda each: each.repeat * (nic_time(view, each) or 0.0))
    if view.fabric is None or not isinstance(topology, LeafSpine):
        return None
    if isinstance(step.traffic, AllPairs):
        return None
    sent, received = host_loads(step.traffic, len(view.fabric.host_leaf))
    load = np.maximum(sent, received)
    most = np.flatnonzero(load >= load.max() * (1 - COMBINATORIAL))
    return topology.host_names()[int(most[0])] if len(most) == 1 else None
