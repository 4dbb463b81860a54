"""Methods of hierarchical sharding."""

from planner.solvers.hierarchical_sharding.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
