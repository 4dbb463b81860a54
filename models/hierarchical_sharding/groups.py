"""Groups of devices, rebuilt from a sharding device by device."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.machine import MachineArrays
from planner.models.hierarchical_sharding.view import Layers

Vector = tuple[int, ...]


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
    found = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        found = found * (int(column.max()) + 1) + column
        # Numbers stay below the number of rows, so that products of columns never overflow.
        found = np.unique(found, return_inverse=True)[1]
    return found


def rank_lists(label: IntArray) -> IntArray:
    """Return the devices of each group, one group per row, in device order.

    Raises `ValueError` where groups differ in size.
    """
    order = np.argsort(label, kind="stable")
    sizes = np.bincount(label)
    if (sizes != sizes[0]).any():
        raise ValueError("the groups differ in size")
    return order.reshape(len(sizes), int(sizes[0]))
