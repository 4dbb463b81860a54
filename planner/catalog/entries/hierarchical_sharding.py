"""Catalog entry of hierarchical sharding."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="hierarchical_sharding",
    title="Hierarchical sharding of training state",
    summary="Split parameters, gradients and optimizer state over the levels of a machine.",
    models="planner.models.hierarchical_sharding",
    solvers="planner.solvers.hierarchical_sharding",
    samples="planner.models.hierarchical_sharding.samples:draw",
    enumerate_optimum="planner.models.hierarchical_sharding.enumeration:optimum",
    report="planner.models.hierarchical_sharding.report:report",
    instances="instances/hierarchical_sharding",
)
