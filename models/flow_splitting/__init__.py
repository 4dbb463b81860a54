"""Flow splitting: what a fabric, a workload, a plan and a proof are."""

from planner.models.flow_splitting.certificate import CERTIFICATES
from planner.models.flow_splitting.changes import changes
from planner.models.flow_splitting.check import check_certificate
from planner.models.flow_splitting.evaluate import evaluate
from planner.models.flow_splitting.explain import explain
from planner.models.flow_splitting.instance import FlowSplitting as Instance
from planner.models.flow_splitting.plan import PLANS

__all__ = [
    "CERTIFICATES",
    "PLANS",
    "Instance",
    "changes",
    "check_certificate",
    "evaluate",
    "explain",
]
