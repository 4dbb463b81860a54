"""Catalog entry of resource-constrained project scheduling."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="rcpsp",
    title="Resource-constrained project scheduling",
    summary="Start activities that share resources so that the last one ends earliest.",
    models="planner.models.rcpsp",
    solvers="planner.solvers.rcpsp",
    samples="planner.models.rcpsp.samples:draw",
    enumerate_optimum="planner.models.rcpsp.enumeration:optimum",
    instances="instances/rcpsp",
)
