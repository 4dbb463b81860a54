"""Catalog entry of entanglement scheduling."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="entanglement_scheduling",
    title="Entanglement delivery scheduling",
    summary="Admit demands for entangled pairs and schedule repeater protocols, slot by slot.",
    models="planner.models.entanglement_scheduling",
    solvers="planner.solvers.entanglement_scheduling",
    samples="planner.models.entanglement_scheduling.samples:draw",
    enumerate_optimum="planner.models.entanglement_scheduling.enumeration:optimum",
    report="planner.models.entanglement_scheduling.report:report",
    instances="instances/entanglement_scheduling",
)
