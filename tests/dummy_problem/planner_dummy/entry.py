"""Catalog entry, found by the entry-point group `planner.problems`."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="dummy",
    title="Choosing numbers",
    summary="Choose some of a few numbers so that their sum is least.",
    models="planner_dummy.models",
    solvers="planner_dummy.solvers",
    samples="planner_dummy.models.samples:draw",
    enumerate_optimum="planner_dummy.models.enumeration:optimum",
)
