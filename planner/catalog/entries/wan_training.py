"""Catalog entry of training over wide-area links."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="wan_training",
    title="Training over wide-area links",
    summary="Choose when, in which pieces and with how many bits distant sites synchronise.",
    models="planner.models.wan_training",
    solvers="planner.solvers.wan_training",
    samples="planner.models.wan_training.samples:draw",
    enumerate_optimum="planner.models.wan_training.enumeration:optimum",
    instances="instances/wan_training",
)
