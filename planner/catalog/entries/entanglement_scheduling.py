"""Catalog entry of entanglement scheduling."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="entanglement_scheduling",
    title="Entanglement schedules with quality of service",
    summary="Which demands for entangled pairs to admit, by which protocol, in which time slots.",
    models="planner.models.entanglement_scheduling",
    solvers="planner.solvers.entanglement_scheduling",
    samples="planner.models.entanglement_scheduling.samples:draw",
    enumerate_optimum="planner.models.entanglement_scheduling.enumeration:optimum",
    instances="instances/entanglement_scheduling",
)
