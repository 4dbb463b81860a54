"""Checks edges that lie in a file beside the instance: columns `a`, `b` and perhaps `cost`."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.errors import Issue
from planner.models.base.sidecar import Sidecar

LOC = ("topology", "edge_table")
LEAST_FIGURE, MOST_FIGURE = 1e-18, 1e18
"""Costs, rates and budgets; products and squares of others lose digits."""


def table_faults(table: Sidecar, nodes: int) -> Iterator[Issue]:
    """Yield columns that are missing, of different length, or hold what no edge can have.

    `nodes` is the number of nodes; edges are numbers from 0.
    """
    arrays = table.content.arrays
    missing = [name for name in ("a", "b") if name not in arrays]
    if missing:
        message = f"`{table.file}` has no column {' and no '.join(f'`{name}`' for name in missing)}"
        yield _issue("sidecar-array", message, "Name the columns `a`, `b` and `cost`.")
        return
    shapes = {name: arrays[name].shape for name in ("a", "b", "cost") if name in arrays}
    if len(set(shapes.values())) > 1 or len(arrays["a"].shape) != 1 or not len(arrays["a"]):
        found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        yield _issue("sidecar-shape", f"the columns have the shapes {found}", "Give equal lengths.")
        return
    for name in ("a", "b"):
        column = arrays[name]
        whole = column.dtype.kind in "iu" or (
            column.dtype.kind == "f" and bool((column == np.floor(column)).all())
        )
        if not whole or column.min() < 0 or column.max() >= nodes:
            message = f"column `{name}` holds what is no node"
            fix = f"Write whole numbers from 0 to {nodes - 1}."
            yield _issue("sidecar-index", message, fix)
    cost = arrays.get("cost")
    if cost is None:
        return
    if cost.dtype.kind not in "iuf" or not ((cost >= LEAST_FIGURE) & (cost <= MOST_FIGURE)).all():
        fix = f"Write numbers from {LEAST_FIGURE:g} to {MOST_FIGURE:g}."
        yield _issue("sidecar-size", "a cost is zero, negative, no number or beyond limits", fix)


def _issue(code: str, message: str, fix: str) -> Issue:
    return Issue(code=code, loc=LOC, message=message, fix=fix)
