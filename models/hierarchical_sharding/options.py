"""Every sharding that one layer of a class may have, as columns: the choices of mixed plans."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.communicators import communicator_counts
from planner.models.hierarchical_sharding.costs import CostTables, Numbers
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.lattice import Lattice, plan_count
from planner.models.hierarchical_sharding.plan import Sharding
from planner.models.hierarchical_sharding.search import sharding
from planner.models.hierarchical_sharding.view import Layers, View

MOST_OPTIONS = 2_000_000
"""Most shardings of all classes together that are held at once."""

KINDS = 4
"""Without buffers, with a gather buffer, with a scatter buffer, with both."""


def option_count(view: View) -> int:
    """Return how many shardings all classes have together."""
    keeps = len({False, *view.keeps})
    return keeps * sum(plan_count(layer.fanout, secondary=view.secondary) for layer in view.layers)


@dataclass(frozen=True, slots=True)
class Options:
    """The allowed shardings of one class; every column has one entry per option."""

    layer: Layers
    tables: CostTables
    """Costs of one layer of the class."""
    plans: Numbers
    keep: NDArray[np.bool_]
    terms: FloatArray
    """Of one layer, shape (n, 4): seconds of the forward pass and of the backward pass of a
    micro-batch, seconds once per step, bytes of state."""
    kind: IntArray
    """1 for a gather buffer, plus 2 for a scatter buffer."""

    def __len__(self) -> int:
        return len(self.keep)

    def sharding(self, option: int) -> Sharding:
        """Return an option as it stands in a plan."""
        plan = self.plans.take(slice(option, option + 1))
        return sharding(self.tables, plan, bool(self.keep[option]))

    def kinds_within(self, gather_unit: float, scatter_unit: float) -> list[int]:
        """Return the kinds whose buffers are no larger than units of so many parameters."""
        gathers = (0, 1) if self.layer.unit <= gather_unit else (0,)
        scatters = (0, 2) if self.layer.unit <= scatter_unit else (0,)
        return [gather + scatter for gather in gathers for scatter in scatters]


def class_options(view: View, layer: Layers) -> Options:
    """Return the shardings of a class that the policy allows."""
    tables = CostTables(view, [replace(layer, count=1)])
    lattice = Lattice(tables.vectors, secondary=view.secondary)
    parts = [
        part
        for block, keep in itertools.product(lattice.blocks(), sorted({False, *view.keeps}))
        for part in _allowed(view, tables, block, keep)
    ]
    plans = Numbers(
        *[np.concatenate([getattr(part[0], name) for part in parts]) for name in Numbers.__slots__]
    )
    return Options(
        layer=layer,
        tables=tables,
        plans=plans,
        keep=np.concatenate([np.full(len(part[0]), part[1]) for part in parts]),
        terms=np.concatenate([part[2] for part in parts]),
        kind=np.concatenate([part[3] for part in parts]),
    )


def _allowed(
    view: View, tables: CostTables, block: Numbers, keep: bool
) -> Iterator[tuple[Numbers, bool, FloatArray, IntArray]]:
    """Yield the options of a block that the policy allows, if any, with their costs."""
    gathered = block.parameters > 0
    if keep:
        allowed = gathered & (block.secondary == block.parameters)
    else:
        allowed = np.ones(len(block), dtype=bool) if False in view.keeps else ~gathered
    if "any" not in view.frameworks:
        allowed &= expressible(view.frameworks, tables.vectors, block, keep)
    if view.communicators is not None:
        allowed &= communicator_counts(tables.vectors, block, keep) <= view.communicators
    rows = np.flatnonzero(allowed)
    plans = block.take(rows)
    spent = tables.durations(plans, keep)
    columns = (
        spent.forward,
        spent.backward + spent.gradients,
        spent.sync + spent.update,
        tables.memory(plans, keep),
    )
    gathers = (plans.parameters > 0) & (not keep)
    kind = gathers.astype(np.int64) + 2 * (plans.gradients > 0)
    yield plans, keep, np.stack(columns, axis=1), kind


def all_options(view: View) -> tuple[Options, ...]:
    """Return the options of every class; classes without any have length zero."""
    return tuple(class_options(view, layer) for layer in view.layers)
