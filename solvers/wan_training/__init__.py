"""Methods for training over wide-area links; `methods.py` lists them."""

from planner.solvers.wan_training.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
