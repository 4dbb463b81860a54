"""Where shards are: devices before and after, their nodes, and the rates between them."""

from planner.models.base.quantities import Rate
from planner.models.base.record import Count, Record
from planner.models.topologies.naming import Naming, Nodes

PREFIX = "device"


class Devices(Record):
    """Devices that hold the state now, and devices that shall hold it.

    A device that stands in both lists (by its name) keeps what it has. Shard k of the old layout
    lies on the k-th old device.
    """

    old: Nodes
    """A number (`device0`, `device1`, ...) or the list of the names."""
    new: Nodes
    per_node: Count | None = None
    """Devices of one node, consecutive in the list of the old devices followed by those that are
    only new; every device is on its own if not given."""

    def old_names(self) -> Naming:
        """Return the names of the devices before."""
        return Naming(self.old, PREFIX)

    def new_names(self) -> Naming:
        """Return the names of the devices after."""
        return Naming(self.new, PREFIX)


class Rates(Record):
    """How fast bytes move; what is not given does not limit, or is not reported."""

    device_bandwidth: Rate | None = None
    """Rate at which a device sends, and at which it receives at the same time."""
    node_bandwidth: Rate | None = None
    """Rate of the NICs of a node, all its devices together, each way."""
    storage_bandwidth: Rate | None = None
    """Rate of the file system, all its clients together, reading and writing in turn."""
