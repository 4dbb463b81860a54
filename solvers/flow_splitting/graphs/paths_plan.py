"""Builds plans of listed paths from path flows per pair of nodes."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import ExplicitPathsPlan
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.graphs.decomposition import Decomposer, PathFlow
from planner.solvers.flow_splitting.graphs.flow_program import Demand
from planner.solvers.flow_splitting.graphs.shortest import ShortestPaths
from planner.solvers.flow_splitting.packing.cutting import wrap_around

PairPaths = Mapping[tuple[int, int], Sequence[PathFlow]]
"""Paths by (source, target)."""


def decompose(demand: Demand, amount: FloatArray) -> PairPaths:
    """Return the paths of every pair of nodes from amount[row of the demand, arc]."""
    network, paths = demand.network, {}
    hops = np.ones(len(network.rate))
    for row, source in enumerate(demand.sources.tolist()):
        decomposer = Decomposer(network, source, amount[row])
        targets = np.flatnonzero(demand.amount[row])
        for target in targets[np.argsort(-demand.amount[row, targets], kind="stable")].tolist():
            wanted = float(demand.amount[row, target])
            found = decomposer.take(target, wanted)
            if not found:
                # Less traffic than the solver's tolerance: any path will do.
                found = [PathFlow(ShortestPaths(network, source, hops).to(target), wanted)]
            paths[source, target] = _merged(found)
    return paths


def paths_plan(flows: Flows, paths: PairPaths) -> ExplicitPathsPlan:
    """Cut the flows of each pair where its paths end (McNaughton's wrap-around rule)."""
    width = int(max(flows.source.max(initial=0), flows.target.max(initial=0))) + 1
    pair = flows.source * width + flows.target
    order = np.argsort(pair, kind="stable")
    pairs = sorted(paths)
    listed = [path for key in pairs for path in sorted(paths[key], key=lambda path: -path.size)]
    group = np.repeat(
        [source * width + target for source, target in pairs], [len(paths[key]) for key in pairs]
    )
    flow, path, size = wrap_around(
        pair[order], flows.size[order], group, np.array([path.size for path in listed])
    )
    lengths = np.array([len(path.arcs) for path in listed])
    first = np.concatenate([[0], np.cumsum(lengths)])
    arcs = np.array(list(chain.from_iterable(path.arcs for path in listed)), dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(lengths[path])])
    place = np.arange(start[-1]) - np.repeat(start[:-1] - first[path], lengths[path])
    return ExplicitPathsPlan(
        flow=order[flow], size=size, path_start=start, arcs=arcs[place.astype(np.int64)]
    )


def utilisation(network: ArcNetwork, plan: ExplicitPathsPlan) -> float:
    """Return the highest load over rate of any arc."""
    part = np.repeat(np.arange(len(plan.flow)), np.diff(plan.path_start))
    load = sum_by(plan.arcs, plan.size[part], len(network.rate))
    return float((load / network.rate).max(initial=0.0))


def _merged(paths: Sequence[PathFlow]) -> list[PathFlow]:
    """Return the paths with the amounts of equal ones added up."""
    sums: dict[tuple[int, ...], float] = {}
    for path in paths:
        sums[path.arcs] = sums.get(path.arcs, 0.0) + path.size
    return [PathFlow(arcs, size) for arcs, size in sums.items()]
