"""Every sharding that one layer of a class may have, as columns: the choices of mixed plans."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.communicators import communicator_counts
from planner.models.hierarchical_sharding.costs import CostTables, Numbers
from planner.models.hierarchical_sharding.divisors import vectors_of
from planner.models.hierarchical_sharding.lattice import Lattice, plan_count
from planner.models.hierarchical_sharding.menus import Regime, mixing, regimes
from planner.models.hierarchical_sharding.plan import Sharding
from planner.models.hierarchical_sharding.skyline import skyline
from planner.models.hierarchical_sharding.view import Layers, View

MOST_OPTIONS = 20_000_000
"""Most shardings of all classes together that are looked at, where few of them can matter."""
MOST_HELD = 4_000_000
"""Most shardings of all classes together where their groups count, and all of them can matter."""

KINDS = 4
"""Without buffers, with a gather buffer, with a scatter buffer, with both."""

COLUMNS = ("keep", "terms", "kind", "regime")


def option_count(view: View) -> int:
    """Return how many shardings all classes have together."""
    if not mixing(view):
        return 0
    count = sum(plan_count(layer.fanout, secondary=view.secondary) for layer in view.layers)
    if True in view.keeps:
        # Gathers that are kept leave no use for a second copy.
        count += sum(plan_count(layer.fanout, secondary=False) for layer in view.layers)
    return count


@dataclass(frozen=True, slots=True)
class Options:
    """The allowed shardings of one class; every column has one entry per option."""

    layer: Layers
    regimes: tuple[Regime, ...]
    """Frameworks and bits to choose from."""
    plans: Numbers
    keep: NDArray[np.bool_]
    terms: FloatArray
    """Of one layer, shape (n, 4): seconds of the forward pass and of the backward pass of a
    micro-batch, seconds once per step, bytes of state."""
    kind: IntArray
    """1 for a gather buffer, plus 2 for a scatter buffer."""
    regime: IntArray
    """Place among `regimes`."""

    def __len__(self) -> int:
        return len(self.keep)

    def sharding(self, option: int) -> Sharding:
        """Return an option as it stands in a plan."""
        regime = self.regimes[int(self.regime[option])]
        plan = self.plans.take(slice(option, option + 1))
        return regime.sharding(_tables(regime, self.layer), plan, bool(self.keep[option]))

    def take(self, rows: IntArray) -> "Options":
        """Return some of the options."""
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        return replace(self, plans=self.plans.take(rows), **columns)

    def kinds_within(self, gather_unit: float, scatter_unit: float) -> list[int]:
        """Return the kinds whose buffers are no larger than units of so many parameters."""
        gathers = (0, 1) if self.layer.unit <= gather_unit else (0,)
        scatters = (0, 2) if self.layer.unit <= scatter_unit else (0,)
        return [gather + scatter for gather in gathers for scatter in scatters]


def class_options(view: View, layer: Layers) -> Options:
    """Return the shardings of a class that the policy allows where layers may differ.

    Unless groups count, shardings that another of their kind equals or beats in every term are
    left out block by block: prices of zero or more never prefer them.
    """
    found = regimes(view, mixing(view))
    tables = [_tables(regime, layer) for regime in found]
    lattice = Lattice(vectors_of(layer.fanout), secondary=view.secondary)
    parts = [
        _allowed(view, layer, found, (block, keep, place, tables[place]))
        for block in lattice.blocks()
        for keep in sorted({False, *view.keeps})
        for place in range(len(found))
    ]
    if not parts:
        return _none(layer)
    return _join(parts) if view.communicators is not None else unbeaten(_join(parts))


def unbeaten(options: Options, same: float = 0.0) -> Options:
    """Return the options that no other of their kind equals or beats in every term."""
    kinds = [np.flatnonzero(options.kind == kind) for kind in range(KINDS)]
    return options.take(
        np.concatenate([rows[skyline(options.terms[rows], same)] for rows in kinds])
    )


def _tables(regime: Regime, layer: Layers) -> CostTables:
    """Return the costs of one layer of a class."""
    return CostTables(regime.view, [replace(layer, count=1)])


def _allowed(
    view: View,
    layer: Layers,
    found: tuple[Regime, ...],
    part: tuple[Numbers, bool, int, CostTables],
) -> Options:
    """Return the options of a block, a keeping and a regime that the policy allows."""
    block, keep, place, tables = part
    gathered = block.parameters > 0
    if keep:
        allowed = gathered & (block.secondary == block.parameters)
    else:
        allowed = np.ones(len(block), dtype=bool) if False in view.keeps else ~gathered
    allowed &= found[place].allows(tables.vectors, block, keep)
    if view.communicators is not None:
        allowed &= communicator_counts(tables.vectors, block, keep) <= view.communicators
    plans = block.take(np.flatnonzero(allowed))
    spent = tables.durations(plans, keep)
    columns = (
        spent.forward,
        spent.backward + spent.gradients,
        spent.sync + spent.update,
        tables.memory(plans, keep),
    )
    gathers = (plans.parameters > 0) & (not keep)
    options = Options(
        layer=layer,
        regimes=found,
        plans=plans,
        keep=np.full(len(plans), keep),
        terms=np.stack(columns, axis=1),
        kind=gathers.astype(np.int64) + 2 * (plans.gradients > 0),
        regime=np.full(len(plans), place),
    )
    return options if view.communicators is not None else unbeaten(options)


def _join(parts: Sequence[Options]) -> Options:
    plans = [
        np.concatenate([getattr(part.plans, name) for part in parts]) for name in Numbers.__slots__
    ]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS
    }
    return replace(parts[0], plans=Numbers(*plans), **columns)


def _none(layer: Layers) -> Options:
    nothing = np.zeros(0, dtype=np.int64)
    return Options(
        layer=layer,
        regimes=(),
        plans=Numbers(*[nothing] * len(Numbers.__slots__)),
        keep=np.zeros(0, dtype=bool),
        terms=np.zeros((0, 4)),
        kind=nothing,
        regime=nothing,
    )


def all_options(view: View) -> tuple[Options, ...]:
    """Return the options of every class; classes without any have length zero."""
    return tuple(class_options(view, layer) for layer in view.layers)
