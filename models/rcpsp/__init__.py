"""Resource-constrained project scheduling: what a project, a schedule and a proof are."""

from planner.models.rcpsp.certificate import CERTIFICATES
from planner.models.rcpsp.check import check_certificate
from planner.models.rcpsp.evaluate import evaluate
from planner.models.rcpsp.explain import explain
from planner.models.rcpsp.instance import Rcpsp as Instance
from planner.models.rcpsp.plan import PLANS

__all__ = [
    "CERTIFICATES",
    "PLANS",
    "Instance",
    "check_certificate",
    "evaluate",
    "explain",
]
