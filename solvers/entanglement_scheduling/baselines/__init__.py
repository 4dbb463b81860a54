"""The nine published schedulers and the published pipeline, rebuilt as baselines."""

from planner.solvers.entanglement_scheduling.baselines.methods import BASELINES

__all__ = ["BASELINES"]
