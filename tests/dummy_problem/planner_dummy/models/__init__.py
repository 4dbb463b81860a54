"""What an instance, a plan and a proof are."""

from planner_dummy.models.certificate import (
    PriceCertificate,
    TooFewCertificate,
    TriedAllCertificate,
)
from planner_dummy.models.check import check_certificate
from planner_dummy.models.evaluate import evaluate
from planner_dummy.models.instance import Choosing
from planner_dummy.models.plan import ExplicitPlan, RulePlan

Instance = Choosing
PLANS = (ExplicitPlan, RulePlan)
CERTIFICATES = (PriceCertificate, TriedAllCertificate, TooFewCertificate)

__all__ = ["CERTIFICATES", "PLANS", "Instance", "check_certificate", "evaluate"]
