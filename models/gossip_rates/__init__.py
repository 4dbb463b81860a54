"""Gossip rates: what a network of workers, a plan and a proof are."""

from planner.models.gossip_rates.carry import carry_over
from planner.models.gossip_rates.certificate import CERTIFICATES
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.evaluate import evaluate
from planner.models.gossip_rates.explain import explain
from planner.models.gossip_rates.instance import GossipRates as Instance
from planner.models.gossip_rates.plan import PLANS

__all__ = [
    "CERTIFICATES",
    "PLANS",
    "Instance",
    "carry_over",
    "check_certificate",
    "evaluate",
    "explain",
]
