"""Training over wide-area links: what models, links, schedules and proofs are."""

from planner.models.wan_training.certificate import CERTIFICATES
from planner.models.wan_training.check import check_certificate
from planner.models.wan_training.evaluate import evaluate
from planner.models.wan_training.explain import explain
from planner.models.wan_training.instance import WanTraining as Instance
from planner.models.wan_training.plan import PLANS

__all__ = [
    "CERTIFICATES",
    "PLANS",
    "Instance",
    "check_certificate",
    "evaluate",
    "explain",
]
