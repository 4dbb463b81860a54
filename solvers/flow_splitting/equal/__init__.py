"""Flows cut into equal parts, each part on a path of its own."""
