"""`verify`: re-check a result from its file alone."""

from planner.results.verify import verify

__all__ = ["verify"]
