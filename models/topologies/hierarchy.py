"""Bandwidth hierarchies of data-parallel machines, as a user writes them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.quantities import Duration, Rate, Size
from planner.models.base.record import Count, Name, Record

Operation = Literal["all_gather", "reduce_scatter", "all_reduce"]
Fraction = Annotated[float, Field(gt=0, le=1)]

MOST_DEVICES = 1_000_000


class CurvePoint(Record):
    """Share of the peak rate that a collective of one size reaches."""

    size: Size
    """Full (gathered) size of the buffer of one call."""
    efficiency: Fraction


class Curve(Record):
    """Measured efficiency over buffer size, interpolated in the logarithm of the size."""

    operation: Operation | None = None
    """The collective it was measured with; every collective without a curve if not given."""
    group: Count | None = None
    """Number of members it was measured with; every number if not given."""
    points: tuple[CurvePoint, ...] = Field(min_length=1)
    """In order of size; below the first and above the last the curve is flat."""


class Level(Record):
    """One level of the hierarchy: `fanout` child units and the links between them."""

    name: Name
    fanout: Count
    """Child units in one unit of this level (innermost level: devices)."""
    unit_bandwidth: Rate
    """Rate at which one child unit sends to the others, all its devices together."""
    device_bandwidth: Rate | None = None
    """Rate at which one device can send at this level; no further limit if not given."""
    latency: Duration = 0.0
    """Time of one ring step."""
    efficiency: Fraction | tuple[Curve, ...] = 1.0
    """Share of the rates that collectives reach: one figure, or measured curves."""
    in_network_reduction: bool = False
    """Whether switches add up all-reduces, so that each byte crosses this level once."""


class Hierarchy(Record):
    """Levels of a machine, innermost first; the devices are the leaves of the tree."""

    kind: Literal["hierarchy"]
    levels: tuple[Level, ...] = Field(min_length=1, max_length=12)

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults between levels: names twice, too many devices, curves out of order."""
        names: set[str] = set()
        for place, level in enumerate(self.levels):
            loc = ("topology", "levels", place)
            if level.name in names:
                message = f"two levels are called `{level.name}`"
                fix = "Give every level a name of its own."
                yield Issue(code="level-repeated", loc=(*loc, "name"), message=message, fix=fix)
            names.add(level.name)
            if not isinstance(level.efficiency, float):
                yield from _check_curves(level.efficiency, (*loc, "efficiency"))
        fanouts = tuple(level.fanout for level in self.levels)
        yield from check_devices(fanouts, ("topology", "levels"))


class NamedCluster(Record):
    """A machine whose levels ship with the planner; `planner problems` docs list them."""

    kind: Literal["cluster"]
    cluster: Name
    """For example `frontier` or `dgx_h100`."""
    fanouts: tuple[Count, ...] | None = None
    """Units per level, innermost first, where the job does not use the machine as shipped."""

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults: unknown name, or fanouts that do not match the levels."""
        from planner.models.topologies.clusters import CLUSTERS, cluster_levels

        if self.cluster not in CLUSTERS:
            message = f"there is no cluster called `{self.cluster}`"
            fix = f"Known clusters: {', '.join(sorted(CLUSTERS))}; or write `kind: hierarchy`."
            yield Issue(
                code="cluster-unknown", loc=("topology", "cluster"), message=message, fix=fix
            )
            return
        levels = cluster_levels(self.cluster)
        if self.fanouts is not None and len(self.fanouts) != levels:
            message = (
                f"`{self.cluster}` has {levels} levels, and there are {len(self.fanouts)} fanouts"
            )
            fix = f"Give {levels} numbers, innermost level first."
            yield Issue(
                code="fanouts-differ", loc=("topology", "fanouts"), message=message, fix=fix
            )
        elif self.fanouts is not None:
            yield from check_devices(self.fanouts, ("topology", "fanouts"))


class Torus(Record):
    """A torus of devices (TPU pods): every axis is a ring with links of its own."""

    kind: Literal["torus"]
    axes: tuple[Count, ...] = Field(min_length=1, max_length=6)
    """Devices along each axis."""
    link_bandwidth: Rate
    """Rate of one link, one way."""
    latency: Duration = 0.0
    """Time of one ring step."""

    def cross_check(self) -> Iterator[Issue]:
        """Yield a fault where the torus has too many devices."""
        yield from check_devices(self.axes, ("topology", "axes"))


Machine = Annotated[Hierarchy | NamedCluster | Torus, Field(discriminator="kind")]
"""Any description of a machine."""


def check_devices(fanouts: tuple[int, ...], loc: tuple[str | int, ...]) -> Iterator[Issue]:
    """Yield a fault where the product of the fanouts exceeds what plans are made for."""
    devices = 1
    for fanout in fanouts:
        devices *= fanout
    if devices > MOST_DEVICES:
        message = f"the levels multiply to {devices} devices"
        fix = f"Plan for at most {MOST_DEVICES} devices."
        yield Issue(code="devices-too-many", loc=loc, message=message, fix=fix)


def _check_curves(curves: tuple[Curve, ...], loc: tuple[str | int, ...]) -> Iterator[Issue]:
    seen: set[tuple[str | None, int | None]] = set()
    for place, curve in enumerate(curves):
        sizes = [point.size for point in curve.points]
        if sizes != sorted(set(sizes)):
            message = "the sizes of the curve do not increase"
            fix = "List the points by size, each size once."
            yield Issue(code="curve-order", loc=(*loc, place, "points"), message=message, fix=fix)
        key = (curve.operation, curve.group)
        if key in seen:
            message = "two curves are for the same collective and group"
            fix = "Keep one of them."
            yield Issue(code="curve-repeated", loc=(*loc, place), message=message, fix=fix)
        seen.add(key)
