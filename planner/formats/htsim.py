"""Topologies (`.topo`) and connection matrices (`.cm`) of htsim.

Two tiers become a leaf-spine fabric, three tiers a graph with the hosts as nodes.
"""

from fractions import Fraction
from pathlib import Path

from planner.formats.fabrics.default_workload import OPTIONS, default_workload
from planner.formats.fabrics.general import as_graph
from planner.formats.fabrics.htsim_cm import Connection, read_connections
from planner.formats.fabrics.htsim_topo import read_topo
from planner.formats.fabrics.leaf_spine import NotLeafSpine, recognise
from planner.formats.fabrics.units import size_text
from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="htsim",
    summary="Fat-tree .topo of htsim; with the option `connections`, the flows of a .cm file.",
    problems=("flow_splitting",),
    suffixes=(".topo",),
    read="planner.formats.htsim:read",
    options={
        "connections": "the .cm file with the flows (default: a workload of our own)",
        "round": "which round of triggered connections: a number from 0, or `all` at once",
        **OPTIONS,
    },
)


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a `.topo` file, with the flows of a `.cm` file or a default.

    Raises `InputError` with every fault: `import-syntax`, `import-reference`, `import-count` or
    `import-unsupported`.
    """
    tree = read_topo(Source(source))
    try:
        shape = recognise(tree.wiring)
    except NotLeafSpine:
        shape = as_graph(tree.wiring, name=tree.name)
    origin = f"{source.name} (htsim topology)"
    if "connections" in options:
        file = Source(Path(options.text("connections", "")))
        connections = read_connections(file, len(shape.hosts))
        workload, comment = _flows(connections, options)
        origin += f", {file.name} (htsim connection matrix)"
    elif "round" in options:
        fix = "Name the .cm file with `connections`, or leave `round` out."
        raise options.refuse("round", "there are no connections", fix)
    else:
        workload, comment = default_workload(shape, options)
    values = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": source.stem,
        "source": origin,
        "topology": dict(shape.topology),
        "workload": workload,
    }
    return InstanceData(values, header=shape.notes, comments={"workload": comment})


def _flows(connections: list[Connection], options: Options) -> tuple[dict[str, object], str]:
    rounds = 1 + max(connection.round for connection in connections)
    asked = options.text("round", "0" if rounds == 1 else "")
    choices = ["all", *(str(place) for place in range(rounds))]
    if asked not in choices:
        message = f"the connections start one after the other in {rounds} rounds"
        fix = f"Say which are planned together: `round` from 0 to {rounds - 1}, or `all`."
        raise options.refuse("round", message, fix)
    chosen = [item for item in connections if asked in ("all", str(item.round))]
    flows = [
        {
            "from": f"host{item.source}",
            "to": f"host{item.target}",
            "size": size_text(Fraction(item.size)),
        }
        for item in chosen
    ]
    which = "All rounds, planned as if together" if asked == "all" else f"Round {asked}"
    return {"flows": flows}, f"{which}: {len(flows)} of {len(connections)} connections."
