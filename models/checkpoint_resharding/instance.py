"""The instance of checkpoint re-sharding: state, two layouts, and the devices."""

import functools
from collections.abc import Iterator
from typing import Literal

from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.checkpoint_resharding.devices import Devices, Rates
from planner.models.checkpoint_resharding.layout import Layouts
from planner.models.checkpoint_resharding.overlaps import Overlaps, count_overlaps
from planner.models.checkpoint_resharding.state import State
from planner.models.checkpoint_resharding.view import View, compile_view


class CheckpointResharding(Instance):
    """Bring `state` from `layout.old` on the old devices to `layout.new` on the new ones.

    Every new shard goes to a device of its own, which receives what it does not hold yet. The
    first objective is the bytes that move, the second the time in which they can.
    """

    problem: Literal["checkpoint_resharding"]
    schema_version: Literal[1]
    state: State
    layout: Layouts
    devices: Devices
    rates: Rates = Rates()

    @functools.cached_property
    def view(self) -> View:
        """Everything as arrays."""
        return compile_view(self)

    @functools.cached_property
    def overlaps(self) -> Overlaps:
        """How much of each new shard each new device holds already."""
        return count_overlaps(self.view)

    def summary(self) -> str:
        """Return one line: the state, the shards and the devices."""
        view = self.view
        return (
            f"{view.parameters:.4g} parameters, {view.total * view.weight:.4g} B to place as "
            f"{view.slots:,} shards; {len(view.old):,} old and {len(view.new):,} new devices"
        )

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults that concern several entities, then those of the compiled ranges."""
        from planner.models.checkpoint_resharding.references import check_fields, check_ranges

        issues = list(check_fields(self))
        yield from issues or check_ranges(self)
