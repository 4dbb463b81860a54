"""Methods for flow splitting, from closed forms to exact search; `methods.py` lists them."""

from planner.solvers.flow_splitting.methods import METHODS, choose

__all__ = ["METHODS", "choose"]
