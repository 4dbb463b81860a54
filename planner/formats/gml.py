"""GML, the form of the Internet Topology Zoo and of networkx.

`graph [ node [ id 0 label "A" ] edge [ source 0 target 1 distance 250.0 capacity 1e9 ] ]`, lengths
in km and capacities in bits per second. Nodes of quantum networks list `comm_qs` and `storage_qs`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.graphs.graph_file import OPTIONS, PROBLEMS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

if TYPE_CHECKING:
    from planner.formats.graphs.gml_text import Entry
    from planner.formats.graphs.graph_file import GraphFile, Row

FORMAT = Format(
    name="gml",
    summary="A network in GML: workers with lengths and capacities, or quantum nodes with qubits.",
    problems=PROBLEMS,
    suffixes=(".gml",),
    read="planner.formats.gml:read",
    options=OPTIONS,
)
_FORM = "Every `node` needs an `id` of its own, every `edge` the `source` and `target` of nodes."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a GML file.

    Raises `InputError` (`import-syntax`, `import-reference`) with every fault of the file.
    """
    from planner.formats.graphs.gml_text import parse
    from planner.formats.graphs.graph_file import instance_data

    file = Source(source)
    graphs = [entry for entry in parse(file) if entry.key == "graph"]
    if len(graphs) != 1 or isinstance(graphs[0].value, str):
        file.stop("import-syntax", "there is not exactly one `graph [ ... ]`", _FORM)
    _check_edges(file, graphs[0].value)
    graph = _graph(file, graphs[0].value)
    file.stop_if_faulty()
    return instance_data(graph, options)


def _check_edges(file: Source, entries: "list[Entry]") -> None:
    """Note every attribute of an edge that no length, rate or cost can be, with its line."""
    from planner.formats.gossip.attributes import FIX, fault_of

    for edge in entries:
        inner = edge.value if edge.key == "edge" and isinstance(edge.value, list) else ()
        for entry in inner:
            fault = None if isinstance(entry.value, list) else fault_of(entry.key, entry.value)
            if fault is not None:
                file.fault("import-syntax", fault, FIX, line=entry.line)


def _graph(file: Source, entries: "list[Entry]") -> "GraphFile":
    from planner.formats.graphs.graph_file import GraphFile, first_values

    rows = [(entry.line, entry.key, _values(entry)) for entry in entries]
    nodes = [(line, row) for line, key, row in rows if key == "node"]
    labels: list[object] = []
    index: dict[str, int] = {}
    for place, (line, row) in enumerate(nodes):
        first = first_values(row)
        if first.get("id", "") in ("", *index):
            file.fault("import-syntax", "this node has no `id` of its own", _FORM, line=line)
        index[first.get("id", "")] = place
        labels.append(first.get("label", first.get("id")))
    if not nodes:
        file.fault("import-syntax", "there are no nodes", _FORM)
    edges = []
    for line, key, row in rows:
        if key != "edge":
            continue
        first = first_values(row)
        a, b = (index.get(first.get(end, "")) for end in ("source", "target"))
        if a is None or b is None:
            message = f"an edge from {first.get('source')!r} to {first.get('target')!r}"
            file.fault("import-reference", message, _FORM, line=line)
        else:
            edges.append((a, b, row))
    origin = f"{file.name} (GML)"
    return GraphFile(file.path.stem, origin, labels, [row for _, row in nodes], edges)


def _values(entry: "Entry") -> "Row":
    """Return the plain values of a list, all those of a key together."""
    found: dict[str, tuple[str, ...]] = {}
    for inner in entry.value if isinstance(entry.value, list) else []:
        if isinstance(inner.value, str):
            found[inner.key] = (*found.get(inner.key, ()), inner.value)
    return found
