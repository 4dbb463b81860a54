"""The arguments behind the bounds, one per module."""
