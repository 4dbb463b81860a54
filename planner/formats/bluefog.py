"""A weighted directed graph for Bluefog's topology API, beside the weights of every worker.

`networkx.node_link_graph(values["topology"], edges="edges")` is what `bluefog.set_topology` takes;
`self_weight` and `neighbour_weights` are the arguments of `neighbor_allreduce` of each worker.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="bluefog",
    summary="The averaging matrix as a weighted networkx graph and as weights per worker, in JSON.",
    problems=("gossip_rates",),
    suffixes=(".json",),
    write="planner.formats.bluefog:write",
    options={"step": "h as a share of the largest that keeps W >= 0, up to 1 (default 0.5)"},
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write W = I - h L; workers are numbered as ranks, in the order of the instance."""
    from planner.formats.gossip.planned import planned, write_json
    from planner.formats.gossip.weights import averaging, step_of

    found = planned(result, instance)
    matrix = averaging(found, step_of(found, options)).tocoo()
    rows, columns, weights = (
        part.tolist() for part in (matrix.coords[0], matrix.coords[1], matrix.data)
    )
    own = [0.0] * found.view.nodes
    others: dict[str, dict[str, float]] = {str(rank): {} for rank in range(found.view.nodes)}
    edges = []
    for target, source, weight in zip(rows, columns, weights, strict=True):
        edges.append({"source": source, "target": target, "weight": weight})
        if source == target:
            own[target] = weight
        else:
            others[str(target)][str(source)] = weight
    nodes = [{"id": rank, "name": name} for rank, name in enumerate(found.names)]
    topology = {"directed": True, "multigraph": False, "graph": {}, "nodes": nodes, "edges": edges}
    values = {"self_weight": own, "neighbour_weights": others, "topology": topology}
    return write_json(path, values)
