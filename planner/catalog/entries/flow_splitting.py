"""Catalog entry of flow splitting."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="flow_splitting",
    title="Flow splitting and path pinning",
    summary="Split and pin the flows of a collective so that the busiest link finishes earliest.",
    models="planner.models.flow_splitting",
    solvers="planner.solvers.flow_splitting",
    samples="planner.models.flow_splitting.samples:draw",
    enumerate_optimum="planner.models.flow_splitting.enumeration:optimum",
    instances="instances/flow_splitting",
)
