"""Faults between the entities of an instance: forms, counts, and what no shard holds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.errors import Issue
from planner.models.checkpoint_resharding.layout import ParallelLayout, RangesLayout
from planner.models.checkpoint_resharding.overlaps import (
    count_atoms,
    count_pairs,
    cut_points,
    on_new_devices,
)
from planner.models.checkpoint_resharding.parallel import count_pieces
from planner.models.checkpoint_resharding.ranges import (
    MOST_PIECES,
    Ranges,
    equal_pieces,
    uncovered,
)
from planner.models.checkpoint_resharding.state import MOST_PARAMETERS, State
from planner.models.checkpoint_resharding.tables import check_listed, is_readable
from planner.models.checkpoint_resharding.view import count_slots, layout_ranges

if TYPE_CHECKING:
    from planner.models.checkpoint_resharding.instance import CheckpointResharding

MOST_DEVICES = 65_536
SIDES = ("old", "new")


def check_fields(instance: "CheckpointResharding") -> Iterator[Issue]:
    """Yield faults that can be seen before any range is built."""
    if instance.is_normalised:
        message = "state and bandwidths belong to bytes here, so they need a unit"
        fix = "Remove `units: normalised` and write rates as `50 GB/s`."
        yield Issue(code="units-physical", loc=("units",), message=message, fix=fix)
    yield from _check_state(instance.state)
    yield from _check_devices(instance)
    for side in SIDES:
        layout = getattr(instance.layout, side)
        if isinstance(layout, ParallelLayout):
            yield from _check_parallel(instance.state, layout, side)
        elif isinstance(layout, RangesLayout):
            yield from check_listed(layout, side, instance.state)


def _check_state(state: State) -> Iterator[Issue]:
    given = state.forms()
    if len(given) != 1:
        found = " and ".join(f"`{field}`" for field in given) or "none of them"
        yield Issue(
            code="one-of",
            loc=("state",),
            message=f"give exactly one of `parameters`, `size` and `tensors`; this gives {found}",
            fix="Keep one of the fields." if given else "Add one of the fields.",
        )
        return
    count = state.count()
    if count != round(count) or not 1 <= count <= MOST_PARAMETERS:
        yield Issue(
            code="state-size",
            loc=("state", given[0]),
            message=f"this makes {count:.17g} parameters",
            fix=f"Give a whole number of parameters from 1 to {MOST_PARAMETERS:.0e}; a size is a "
            "multiple of `bytes_per_parameter`.",
        )


def _check_devices(instance: "CheckpointResharding") -> Iterator[Issue]:
    devices, slots = instance.devices, _slots(instance)
    for field, names in (("old", devices.old_names()), ("new", devices.new_names())):
        loc = ("devices", field)
        for name in names.repeated():
            message = f"two devices are called `{name}`"
            fix = "Give each a name of its own."
            yield Issue(code="name-repeated", loc=loc, message=message, fix=fix)
        if len(names) > MOST_DEVICES:
            message = f"there are {len(names):,} devices"
            fix = f"Plan for at most {MOST_DEVICES:,} of them."
            yield Issue(code="devices-too-many", loc=loc, message=message, fix=fix)
    if slots["old"] > len(devices.old_names()):
        yield Issue(
            code="devices-missing",
            loc=("devices", "old"),
            message=f"the old layout has {slots['old']:,} shards with their copies, and there are "
            f"{len(devices.old_names()):,} old devices",
            fix="List the device of every shard, or correct the layout.",
        )
    if slots["new"] > MOST_DEVICES:
        message = f"there are {slots['new']:,} shards to place"
        fix = f"Plan for at most {MOST_DEVICES:,} of them."
        yield Issue(code="devices-too-many", loc=("layout", "new"), message=message, fix=fix)
    if instance.rates.node_bandwidth is not None and devices.per_node is None:
        message = "a rate of nodes says nothing without nodes"
        fix = "Give `devices.per_node`, or leave the rate out."
        yield Issue(code="nodes-missing", loc=("rates", "node_bandwidth"), message=message, fix=fix)


def _slots(instance: "CheckpointResharding") -> dict[str, int]:
    """Return the shards of both layouts; a table that cannot be read counts as none."""
    layouts = {side: getattr(instance.layout, side) for side in SIDES}
    return {
        side: 0 if isinstance(each, RangesLayout) and not is_readable(each) else count_slots(each)
        for side, each in layouts.items()
    }


def _check_parallel(state: State, layout: ParallelLayout, side: str) -> Iterator[Issue]:
    if not state.tensors:
        message = "parallel ranks cut tensors, and the state names none"
        fix = "Give `state.tensors`, or a layout of kind `flat` or `ranges`."
        yield Issue(code="tensors-missing", loc=("layout", side, "kind"), message=message, fix=fix)
        return
    for number, tensor in enumerate(state.tensors):
        axis = tensor.shape[-1] if tensor.split == "row" else tensor.shape[0]
        is_padded = tensor.split in ("replicated", "vocabulary")
        pieces = tensor.parts * layout.tensor
        if not is_padded and axis % pieces:
            yield Issue(
                code="tensor-indivisible",
                loc=("layout", side, "tensor"),
                message=f"`{tensor.name}` (state.tensors[{number}]) has {axis} entries along the "
                f"axis that is cut, and {tensor.parts} x {layout.tensor} pieces do not fit",
                fix="Use a factor that divides it, or `split: vocabulary` where rows are padded.",
            )
            return
    pieces = count_pieces(state, layout)
    if pieces > MOST_PIECES:
        message = f"the ranks hold up to {pieces:,} ranges"
        fix = f"Describe a part of the layers; at most {MOST_PIECES:,} ranges are planned."
        yield Issue(code="layout-too-large", loc=("layout", side), message=message, fix=fix)


def check_ranges(instance: "CheckpointResharding") -> Iterator[Issue]:
    """Yield faults of the compiled ranges: parts without a shard, and more pieces than fit."""
    count = round(instance.state.count())
    whole = equal_pieces(count, 1)
    for side in SIDES:
        ranges = layout_ranges(instance.state, getattr(instance.layout, side), count)
        together = Ranges(np.zeros_like(ranges.owner), ranges.start, ranges.stop)
        missing = int(uncovered(whole, together, 1)[0])
        if missing:
            yield Issue(
                code="state-missing",
                loc=("layout", side),
                message=f"no shard holds {missing:,} of the {count:,} parameters",
                fix="List every parameter in some shard; what is nowhere cannot be moved.",
            )
    held, _ = on_new_devices(instance.view)
    wanted, cuts = instance.view.wanted, cut_points(instance.view.wanted, instance.view.held)
    pieces = count_atoms(wanted, cuts) + count_atoms(instance.view.held, cuts)
    pieces = max(pieces, count_pairs(wanted, held, cuts))
    if pieces > MOST_PIECES:
        message = f"the two layouts share {pieces:,} pieces"
        fix = f"Describe a part of the state or fewer copies, for at most {MOST_PIECES:,}."
        yield Issue(code="layout-too-large", loc=("layout", "new"), message=message, fix=fix)
