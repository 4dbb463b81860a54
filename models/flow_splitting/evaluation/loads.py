"""How much each link carries, and how long the busiest one needs."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.evaluation.labels import Labels
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric
from planner.models.flow_splitting.grouping import sum_by


@dataclass(frozen=True, eq=False, slots=True)
class Loads:
    """Bytes (or the normalised unit) on every link of a fabric."""

    up: FloatArray
    """Load[leaf, spine, lane] of the uplinks."""
    down: FloatArray
    """Load[leaf, spine, lane] of the downlinks."""


@dataclass(frozen=True, slots=True)
class Busiest:
    """The link that finishes last."""

    theta: float | None
    """Its load over rate; `None` where there is traffic on a link that is not there."""
    link: str | None
    load: float
    """The highest load of a link, whatever its rate."""


def part_loads(
    fabric: Fabric,
    leaves: tuple[IntArray, IntArray],
    spine: IntArray,
    lanes: tuple[IntArray, IntArray],
    size: FloatArray,
) -> Loads:
    """Return the loads of parts from and to `leaves`, upwards and downwards on `lanes`."""
    sums = [
        sum_by((leaf * fabric.spines + spine) * fabric.lanes + lane, size, *fabric.up.shape)
        for leaf, lane in zip(leaves, lanes, strict=True)
    ]
    return Loads(up=sums[0], down=sums[1])


def shared_loads(fabric: Fabric, up: FloatArray, down: FloatArray) -> Loads:
    """Return the loads where parallel links share load[leaf, spine] by their rates.

    Traffic on a bundle that is down is put on its first lane, where it is found.
    """
    return Loads(
        up=up[:, :, None] * _shares(fabric.up, fabric.up_total),
        down=down[:, :, None] * _shares(fabric.down, fabric.down_total),
    )


def _shares(rate: FloatArray, total: FloatArray) -> FloatArray:
    shares = rate / np.where(total > 0, total, 1.0)[:, :, None]
    shares[:, :, 0] += total <= 0
    return shares


def busiest_link(fabric: Fabric, loads: Loads, labels: Labels) -> Busiest:
    """Return the fabric link with the highest load over rate, the first of equal ones."""
    up, down = _times(fabric.up, loads.up), _times(fabric.down, loads.down)
    load = float(max(loads.up.max(initial=0.0), loads.down.max(initial=0.0)))
    absent = loads.up[fabric.up == 0].any() or loads.down[fabric.down == 0].any()
    theta = float(max(up.max(initial=0.0), down.max(initial=0.0)))
    if absent or theta == 0:
        return Busiest(theta=None if absent else 0.0, link=None, load=load)
    times, name = (up, labels.uplink) if up.max() == theta else (down, labels.downlink)
    leaf, spine, lane = np.unravel_index(int(times.argmax()), times.shape)
    return Busiest(theta=theta, link=name(int(leaf), int(spine), int(lane)), load=load)


def busiest_arc(network: ArcNetwork, load: FloatArray, labels: Labels) -> Busiest:
    """Return the arc with the highest load over rate, the first of equal ones."""
    times = _times(network.rate, load)
    theta = float(times.max(initial=0.0))
    if theta == 0:
        return Busiest(theta=0.0, link=None, load=0.0)
    arc = int(times.argmax())
    ends = labels.ends[int(network.tail[arc])], labels.ends[int(network.head[arc])]
    return Busiest(theta=theta, link=" -> ".join(ends), load=float(load.max()))


def _times(rate: FloatArray, load: FloatArray) -> FloatArray:
    return np.divide(load, rate, out=np.zeros_like(load), where=rate > 0)
