"""An instance as arrays: ranges of the devices before, ranges of the shards to place."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.layout import FlatLayout, Layout, ParallelLayout
from planner.models.checkpoint_resharding.parallel import parallel_ranges
from planner.models.checkpoint_resharding.ranges import Ranges, copies, equal_pieces, tidy
from planner.models.checkpoint_resharding.state import State

if TYPE_CHECKING:
    from planner.models.checkpoint_resharding.instance import CheckpointResharding


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """State and devices by number.

    Devices are numbered through: the old ones in order, then those that are only new. Plans name
    them by this number.
    """

    parameters: int
    weight: float
    """Bytes per parameter."""
    names: tuple[str, ...]
    """Name of every device."""
    old: IntArray
    new: IntArray
    """Device numbers of the two lists."""
    node: IntArray
    """Node of every device."""
    slots: int
    """Shards to place, copies included; each needs a device of its own."""
    wanted: Ranges
    """What each new shard holds; the owner is the shard."""
    held: Ranges
    """What each device holds now; the owner is the device."""
    size: IntArray
    """Parameters of each new shard."""

    @property
    def total(self) -> int:
        """Parameters of all new shards, copies included."""
        return int(self.size.sum())


def compile_view(instance: "CheckpointResharding") -> View:
    """Return the arrays of an instance whose fields have been checked."""
    devices = instance.devices
    number: dict[str, int] = {}
    lists = [
        np.array([number.setdefault(name, len(number)) for name in names], dtype=np.int64)
        for names in (devices.old_names(), devices.new_names())
    ]
    state = instance.state
    parameters = round(state.count())
    held = layout_ranges(state, instance.layout.old, parameters)
    wanted = layout_ranges(state, instance.layout.new, parameters)
    slots = count_slots(instance.layout.new)
    return View(
        parameters=parameters,
        weight=state.bytes_per_parameter,
        names=tuple(number),
        old=lists[0],
        new=lists[1],
        node=np.arange(len(number), dtype=np.int64) // (devices.per_node or 1),
        slots=slots,
        wanted=wanted,
        held=tidy(held.of(lists[0])),
        size=wanted.sizes(slots),
    )


def count_slots(layout: Layout) -> int:
    """Return the number of shards of a layout, copies included."""
    if isinstance(layout, ParallelLayout):
        return layout.tensor * layout.pipeline * layout.data
    if isinstance(layout, FlatLayout):
        return layout.shards * layout.replicas
    return int(layout.columns()[:, 0].max(initial=-1) + 1) * layout.replicas


def layout_ranges(state: State, layout: Layout, parameters: int) -> Ranges:
    """Return what each shard of a layout holds, the shard as owner."""
    if isinstance(layout, ParallelLayout):
        return parallel_ranges(state, layout)
    if isinstance(layout, FlatLayout):
        shards, ranges = layout.shards, equal_pieces(parameters, layout.shards)
    else:
        owner, start, stop = layout.columns().T
        shards, ranges = count_slots(layout) // layout.replicas, tidy(Ranges(owner, start, stop))
    return copies(ranges, shards, layout.replicas)
