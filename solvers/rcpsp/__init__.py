"""Methods of resource-constrained project scheduling; importing them loads no solver."""

from planner.solvers.rcpsp.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
