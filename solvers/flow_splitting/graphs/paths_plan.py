"""Builds plans of listed paths from the paths of each pair of nodes."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import AggregatedArcsPlan, ExplicitPathsPlan
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.graphs.demand import Demand
from planner.solvers.flow_splitting.graphs.path_master import PathMaster
from planner.solvers.flow_splitting.graphs.trees import Paths, Trees, join
from planner.solvers.flow_splitting.packing.cutting import NEGLIGIBLE, wrap_around


def master_plan(master: PathMaster, flows: Flows) -> ExplicitPathsPlan:
    """Return the plan of the shares in a master."""
    demand = master.demand
    amount, (first, later) = demand.amount.ravel(), master.sizes()
    by_tree = np.flatnonzero(first > NEGLIGIBLE * amount)
    by_path = np.flatnonzero(later > NEGLIGIBLE * amount[master.place])
    return paths_plan(
        demand,
        flows,
        np.concatenate([by_tree, master.place[by_path]]),
        np.concatenate([first[by_tree], later[by_path]]),
        join([master.trees.paths(by_tree), master.paths.take(by_path)]),
    )


def tree_plan(demand: Demand, trees: Trees, flows: Flows) -> ExplicitPathsPlan:
    """Return the plan of whole flows down a tree per source."""
    place = np.flatnonzero(demand.amount)
    return paths_plan(demand, flows, place, demand.amount.ravel()[place], trees.paths(place))


def widest_paths(master: PathMaster, flows: Flows) -> Paths:
    """Return for each flow that leaves its node the path most of its pair takes."""
    demand, (first, later) = master.demand, master.sizes()
    everywhere = np.flatnonzero(demand.amount)
    place = np.concatenate([everywhere, master.place])
    size = np.concatenate([first[everywhere], later])
    order = np.lexsort((-size, place))
    # `everywhere` is sorted, so it numbers the pairs as `np.unique` does.
    widest = order[np.unique(place[order], return_index=True)[1]]
    paths = join([master.trees.paths(everywhere), master.paths]).take(widest)
    crossing = flows.crosses
    row = np.searchsorted(demand.sources, flows.source[crossing])
    wanted = row * demand.network.nodes + flows.target[crossing]
    return paths.take(np.searchsorted(everywhere, wanted))


def paths_plan(
    demand: Demand, flows: Flows, place: IntArray, size: FloatArray, paths: Paths
) -> ExplicitPathsPlan:
    """Cut the flows of each pair where its paths end (McNaughton's wrap-around rule).

    Parameters
    ----------
    place
        Place (row * nodes + node) each path leads to; every place with an amount has a path.
    size
        Amount on each path.
    """
    crossing = flows.crosses
    row = np.searchsorted(demand.sources, flows.source[crossing])
    wanted = row * demand.network.nodes + flows.target[crossing]
    order = np.argsort(wanted, kind="stable")
    # The widest path of a pair first, so that few flows are cut.
    listed = np.lexsort((-size, place))
    number, path, amount = wrap_around(
        wanted[order], flows.size[crossing[order]], place[listed], size[listed]
    )
    used = paths.take(listed[path])
    return ExplicitPathsPlan(
        flow=crossing[order][number], size=amount, path_start=used.start, arcs=used.arcs
    )


def no_paths() -> ExplicitPathsPlan:
    """Return the plan where nothing leaves its node."""
    nothing = np.zeros(0, np.int64)
    return ExplicitPathsPlan(
        flow=nothing, size=np.zeros(0), path_start=np.zeros(1, np.int64), arcs=nothing
    )


def utilisation(network: ArcNetwork, plan: AggregatedArcsPlan | ExplicitPathsPlan) -> float:
    """Return the highest load over rate of any arc."""
    if isinstance(plan, AggregatedArcsPlan):
        load = sum_by(plan.arc, plan.size, len(network.rate))
        return float((load / network.rate).max(initial=0.0))
    part = np.repeat(np.arange(len(plan.flow)), np.diff(plan.path_start))
    load = sum_by(plan.arcs, plan.size[part], len(network.rate))
    return float((load / network.rate).max(initial=0.0))
