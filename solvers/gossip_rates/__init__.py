"""Methods of gossip rates."""

from planner.solvers.gossip_rates.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
