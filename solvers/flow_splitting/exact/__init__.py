"""Whole flows on leaf-spine fabrics, placed by search with proof."""
