"""Entanglement scheduling: what a quantum network, its demands, a schedule and a proof are."""

from planner.models.entanglement_scheduling.certificate import CERTIFICATES
from planner.models.entanglement_scheduling.changes import changes
from planner.models.entanglement_scheduling.check import check_certificate
from planner.models.entanglement_scheduling.evaluate import evaluate
from planner.models.entanglement_scheduling.explain import explain
from planner.models.entanglement_scheduling.instance import EntanglementScheduling as Instance
from planner.models.entanglement_scheduling.plan import PLANS

__all__ = [
    "CERTIFICATES",
    "PLANS",
    "Instance",
    "changes",
    "check_certificate",
    "evaluate",
    "explain",
]
