"""Which problems there are: light entries, found without importing any of their rooms."""

from planner.catalog.problem import Problem
from planner.catalog.registry import get, names, problems

__all__ = ["Problem", "get", "names", "problems"]
