"""Faults of layouts that list their ranges, in the file or in a table beside it."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.errors import Issue
from planner.models.checkpoint_resharding.layout import COLUMNS, RangesLayout
from planner.models.checkpoint_resharding.ranges import MOST_PIECES
from planner.models.checkpoint_resharding.state import State


def check_listed(layout: RangesLayout, side: str, state: State) -> Iterator[Issue]:
    """Yield faults of the ranges of one side (`old` or `new`)."""
    given = [name for name in ("ranges", "table") if getattr(layout, name)]
    if len(given) != 1:
        found = "both" if given else "none of them"
        fix = "Keep one of the fields." if given else "Add one of the fields."
        message = f"give exactly one of `ranges` and `table`; this gives {found}"
        yield Issue(code="one-of", loc=("layout", side), message=message, fix=fix)
        return
    faults = list(_check_columns(layout, side))
    yield from faults
    if not faults:
        yield from _check_rows(layout, side, state.count())


def is_readable(layout: RangesLayout) -> bool:
    """Return whether the ranges have their columns, so that shards can be counted."""
    return not any(True for _ in _check_columns(layout, ""))


def _check_columns(layout: RangesLayout, side: str) -> Iterator[Issue]:
    if layout.table is None:
        return
    arrays, file = layout.table.content.arrays, layout.table.file
    loc = ("layout", side, "table")
    fix = "Give the columns `shard`, `start` and `stop`, one whole number per range in each."
    missing = [name for name in COLUMNS if name not in arrays]
    if missing:
        message = f"`{file}` has no `{missing[0]}`"
        yield Issue(code="sidecar-array", loc=loc, message=message, fix=fix)
        return
    if {arrays[name].ndim for name in COLUMNS} != {1} or len({len(arrays[c]) for c in COLUMNS}) > 1:
        message = f"the columns of `{file}` have different lengths"
        yield Issue(code="sidecar-shape", loc=loc, message=message, fix=fix)
    for name in COLUMNS:
        column = arrays[name]
        if column.dtype.kind not in "iu" or (column > np.iinfo(np.int64).max).any():
            message = f"`{name}` in `{file}` does not hold whole numbers"
            yield Issue(code="sidecar-dtype", loc=loc, message=message, fix=fix)


def _check_rows(layout: RangesLayout, side: str, parameters: float) -> Iterator[Issue]:
    shard, start, stop = layout.columns().T
    field = "ranges" if layout.table is None else "table"
    if len(shard) * layout.replicas > MOST_PIECES:
        message = f"there are {len(shard):,} ranges in {layout.replicas:,} copies"
        fix = f"List fewer, for at most {MOST_PIECES:,} with all copies."
        yield Issue(code="layout-too-large", loc=("layout", side), message=message, fix=fix)
        return
    bad = (shard < 0) | (start < 0) | (stop <= start) | (stop > parameters)
    fix = f"Give shards from 0, and ranges with 0 <= start < stop <= {parameters:.17g}."
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        message = (
            f"{int(bad.sum())} ranges are empty or leave the state, the first is "
            f"{start[row]} to {stop[row]} of shard {shard[row]} (row {row}, counted from 0)"
        )
        yield Issue(code="range-outside", loc=("layout", side, field), message=message, fix=fix)
        return
    order = np.lexsort((start, shard))
    shard, start, stop = shard[order], start[order], stop[order]
    clash = np.flatnonzero((shard[1:] == shard[:-1]) & (start[1:] < stop[:-1]))
    if len(clash):
        row = int(clash[0])
        message = f"shard {shard[row]} has parameter {start[row + 1]} in two ranges"
        fix = "Let the ranges of one shard lie apart."
        yield Issue(code="range-repeated", loc=("layout", side, field), message=message, fix=fix)
