"""`load`: from a file or from data to a validated instance."""

from planner.loading import load_instance as load
from planner.loading import replace

__all__ = ["load", "replace"]
