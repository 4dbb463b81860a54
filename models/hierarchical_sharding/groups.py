"""Groups of devices, rebuilt from a sharding device by device."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.machine import MachineArrays
from planner.models.hierarchical_sharding.view import Layers

Vector = tuple[int, ...]

_LARGEST = 2**40
"""Keys stay below this, so that products of columns never overflow."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where each device stands: per level the child it is in, and its place among replicas."""

    child: IntArray
    """Child unit by device and level, shape (N, L)."""
    shared: IntArray
    """Place among the children that share the state (experts apart), shape (N, L)."""
    expert: IntArray
    """Place among the children that hold different experts, shape (N, L)."""


def places(machine: MachineArrays, layer: Layers) -> Places:
    """Return where each device stands; devices are numbered innermost level first."""
    rank = np.arange(machine.devices)
    child = rank[:, None] // machine.unit_devices % np.array(machine.fanout)
    experts = np.array(layer.experts)
    return Places(child, child // experts, child % experts)


def labels(where: Places, lower: Vector, upper: Vector) -> IntArray:
    """Return for each device the number of its group between two shardings.

    Members agree in which block of `upper` they are in and in their place within their block of
    `lower`; with `lower` all ones these are the devices that share a state split by `upper`.
    """
    columns = [where.shared // np.array(upper), where.shared % np.array(lower), where.expert]
    return number_rows(np.hstack(columns))


def number_rows(table: IntArray) -> IntArray:
    """Return the same number for equal rows of a table of small non-negative integers."""
    found, count = np.zeros(len(table), dtype=np.int64), 1
    for column in table.T:
        values = int(column.max()) + 1
        if count * values > _LARGEST:
            found, count = _dense(found, count)
        found = found * values + column
        count *= values
    return _dense(found, count)[0]


def _dense(keys: IntArray, count: int) -> tuple[IntArray, int]:
    """Return keys below `count` renumbered in order without gaps, and how many there are."""
    if count > 8 * len(keys):
        values, place = np.unique(keys, return_inverse=True)
        return place, len(values)
    used = np.zeros(count, dtype=bool)
    used[keys] = True
    number = np.cumsum(used) - 1
    return number[keys], int(number[-1]) + 1


def by_first_device(label: IntArray) -> IntArray:
    """Return groups named by their first device, so that equal groups are equal arrays."""
    first = np.full(int(label.max()) + 1, len(label))
    np.minimum.at(first, label, np.arange(len(label)))
    named: IntArray = first[label]
    return named


def rank_lists(label: IntArray) -> IntArray:
    """Return the devices of each group, one group per row, in device order.

    Raises `ValueError` where groups differ in size.
    """
    order = np.argsort(label, kind="stable")
    sizes = np.bincount(label)
    if (sizes != sizes[0]).any():
        raise ValueError("the groups differ in size")
    return order.reshape(len(sizes), int(sizes[0]))
