"""Methods of entanglement scheduling; importing them loads no solver."""

from planner.solvers.entanglement_scheduling.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
