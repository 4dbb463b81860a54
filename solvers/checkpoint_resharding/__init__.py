"""Methods for checkpoint re-sharding; `methods.py` lists them."""

from planner.solvers.checkpoint_resharding.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
