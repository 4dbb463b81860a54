"""Hierarchical sharding: what a machine, training state, a plan and a proof are."""

from planner.models.hierarchical_sharding.certificate import CERTIFICATES
from planner.models.hierarchical_sharding.changes import changes
from planner.models.hierarchical_sharding.check import check_certificate
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.explain import explain
from planner.models.hierarchical_sharding.instance import HierarchicalSharding as Instance
from planner.models.hierarchical_sharding.plan import PLANS

__all__ = [
    "CERTIFICATES",
    "PLANS",
    "Instance",
    "changes",
    "check_certificate",
    "evaluate",
    "explain",
]
