"""Checkpoint re-sharding: what layouts, devices, plans and proofs are."""

from planner.models.checkpoint_resharding.certificate import CERTIFICATES
from planner.models.checkpoint_resharding.check import check_certificate
from planner.models.checkpoint_resharding.evaluate import evaluate
from planner.models.checkpoint_resharding.instance import CheckpointResharding as Instance
from planner.models.checkpoint_resharding.plan import PLANS

__all__ = ["CERTIFICATES", "PLANS", "Instance", "check_certificate", "evaluate"]
