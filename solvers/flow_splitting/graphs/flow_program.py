"""The multi-commodity flow LP of a graph in arrays, one commodity per source node.

Traffic of one source may be mixed whatever its targets, so that the LP has a variable per source
and arc instead of one per demand and arc (docs/problems/flow_splitting.md).
"""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.traffic import Flows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Demand:
    """What every source sends to every node of a network."""

    network: ArcNetwork
    sources: IntArray
    """Node[row]: the nodes that send anything."""
    amount: FloatArray
    """Amount[row, node]."""

    @functools.cached_property
    def useful(self) -> tuple[IntArray, IntArray]:
        """(Row, arc) of every variable: arcs back into the source are left out."""
        row, arc = np.nonzero(self.sources[:, None] != self.network.head)
        return row, arc

    @property
    def columns(self) -> int:
        """Number of variables besides the utilisation."""
        return len(self.useful[0])


def demand_of(network: ArcNetwork, flows: Flows) -> Demand:
    """Sum the flows of each pair of different nodes."""
    crossing = flows.crosses
    sources, row = np.unique(flows.source[crossing], return_inverse=True)
    place = row * network.nodes + flows.target[crossing]
    amount = sum_by(place, flows.size[crossing], len(sources), network.nodes)
    return Demand(network, sources, amount)


@dataclass(frozen=True, eq=False)
class FlowProgram:
    """Conservation rows, then capacity rows; the last column is the utilisation.

    Amounts are in units of `size`, rates in units of `rate`.
    """

    matrix: "csr_matrix"
    lower: FloatArray
    upper: FloatArray
    size: float
    rate: float

    @property
    def conservation_rows(self) -> int:
        """Number of rows before the capacity rows."""
        return len(self.lower) - int(np.isneginf(self.lower).sum())

    def utilisation(self, scaled: float) -> float:
        """Return the utilisation for a value of the last column."""
        return scaled * self.size / self.rate

    def scaled(self, utilisation: float) -> float:
        """Return the value of the last column for a utilisation."""
        return utilisation * self.rate / self.size


def flow_program(demand: Demand) -> FlowProgram:
    """Assemble the LP; every node that a source sends to can be reached from it."""
    from scipy.sparse import csr_matrix

    network = demand.network
    row, arc = demand.useful
    rows, nodes, arcs = len(demand.sources), network.nodes, len(network.rate)
    size, rate = float(demand.amount.max()), float(network.rate.max())
    # A node keeps what it is sent: inflow - outflow = demand. The row of the source is implied.
    kept = np.ones((rows, nodes), dtype=bool)
    kept[np.arange(rows), demand.sources] = False
    number = np.cumsum(kept.ravel()).reshape(kept.shape) - 1
    count, conservation = len(row), int(kept.sum())
    inside = kept[row, network.tail[arc]]
    column = np.arange(count)
    entries = [
        (number[row, network.head[arc]], column, np.ones(count)),
        (number[row, network.tail[arc]][inside], column[inside], -np.ones(int(inside.sum()))),
        (conservation + arc, column, np.ones(count)),
        (conservation + np.arange(arcs), np.full(arcs, count), -network.rate / rate),
    ]
    where, which, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    sent = demand.amount[kept] / size
    return FlowProgram(
        matrix=csr_matrix((value, (where, which)), shape=(conservation + arcs, count + 1)),
        lower=np.concatenate([sent, np.full(arcs, -np.inf)]),
        upper=np.concatenate([sent, np.zeros(arcs)]),
        size=size,
        rate=rate,
    )
