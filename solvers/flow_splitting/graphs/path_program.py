"""Whole flows on a graph as a readable integer programme in PuLP.

minimise    u
such that   inflow - outflow = what the node is sent        (conservation of each lot and node)
            sum over lots of size * n(lot, arc) <= u * rate (capacity of each arc)

n(lot, arc) counts how many of the equal flows of a lot (same ends, same size) take an arc.
"""

from typing import Any

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.solvers.flow_splitting.exact.lots import Lots
from planner.solvers.flow_splitting.graphs.decomposition import Decomposer
from planner.solvers.flow_splitting.graphs.rerouting import Routing

Variables = dict[tuple[int, int], Any]
"""Variable by (lot, arc)."""


class PathProgramme:
    """The integer programme of a graph; the utilisation is in units of `reference`."""

    def __init__(self, network: ArcNetwork, lots: Lots, reference: float) -> None:
        from pulp import LpMinimize, LpProblem

        self.network, self.lots, self.reference = network, lots, reference
        self.problem = LpProblem("whole_paths", LpMinimize)
        self.utilisation = self.problem.add_variable("utilisation", lowBound=1.0)
        self.problem += self.utilisation
        self.counts = self._count_variables()
        conservation_block(self.problem, network, lots, self.counts)
        capacity_block(self.problem, network, lots, self.counts, self.utilisation * reference)

    def _count_variables(self) -> Variables:
        ends = zip(self.network.tail.tolist(), self.network.head.tolist(), strict=True)
        lots = list(
            zip(
                self.lots.source.tolist(),
                self.lots.target.tolist(),
                self.lots.count.tolist(),
                strict=True,
            )
        )
        return {
            (lot, arc): self.problem.add_variable(f"n_{lot}_{arc}", 0, count, cat="Integer")
            for arc, (tail, head) in enumerate(ends)
            for lot, (source, target, count) in enumerate(lots)
            # Nothing returns to where it starts, or leaves where it ends.
            if head != source and tail != target
        }

    def hint(self, routing: Routing) -> dict[str, float]:
        """Return the paths of a routing as values of the counts."""
        table = np.zeros((len(self.lots), len(self.network.rate)))
        lot_of = np.repeat(np.arange(len(self.lots)), self.lots.count)
        for lot, flow in zip(lot_of.tolist(), self.lots.flow.tolist(), strict=True):
            table[lot, list(routing.paths[flow])] += 1
        return {variable.name: float(table[key]) for key, variable in self.counts.items()}

    def put_into(self, routing: Routing) -> None:
        """Give the flows the paths that stand in the variables."""
        table = np.zeros((len(self.lots), len(self.network.rate)))
        for key, variable in self.counts.items():
            table[key] = round(variable.varValue)
        first = np.cumsum(self.lots.count) - self.lots.count
        for lot, count in enumerate(self.lots.count.tolist()):
            source, target = int(self.lots.source[lot]), int(self.lots.target[lot])
            paths = Decomposer(self.network, source, table[lot]).take(target, float(count))
            each = [path.arcs for path in paths for _ in range(round(path.size))]
            flows: IntArray = self.lots.flow[first[lot] : first[lot] + count]
            for flow, path in zip(flows.tolist(), each, strict=True):
                routing.put(flow, path)


def conservation_block(problem: Any, network: ArcNetwork, lots: Lots, counts: Variables) -> None:
    """Every node passes on what it gets, save the ends of a lot."""
    from pulp import lpSum

    balance: dict[tuple[int, int], list[Any]] = {}
    for (lot, arc), variable in counts.items():
        balance.setdefault((lot, int(network.head[arc])), []).append(variable)
        balance.setdefault((lot, int(network.tail[arc])), []).append(-variable)
    for (lot, node), terms in balance.items():
        kept = int(lots.count[lot]) * (
            int(node == lots.target[lot]) - int(node == lots.source[lot])
        )
        problem += lpSum(terms) == kept, f"conservation_{lot}_{node}"


def capacity_block(
    problem: Any, network: ArcNetwork, lots: Lots, counts: Variables, utilisation: Any
) -> None:
    """No arc is busier than `utilisation`."""
    from pulp import lpSum

    loads: dict[int, list[Any]] = {}
    for (lot, arc), variable in counts.items():
        loads.setdefault(arc, []).append(float(lots.size[lot] / network.rate[arc]) * variable)
    for arc, load in loads.items():
        problem += lpSum(load) <= utilisation, f"capacity_{arc}"
