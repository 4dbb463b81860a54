"""GML, the form of the Internet Topology Zoo and of networkx.

`graph [ node [ id 0 label "A" ] edge [ source 0 target 1 distance 250.0 capacity 1e9 ] ]`, lengths
in km and capacities in bits per second.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.gossip.links import OPTIONS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

if TYPE_CHECKING:
    from planner.formats.gossip.gml_text import Entry
    from planner.formats.gossip.links import Link

FORMAT = Format(
    name="gml",
    summary="A network of workers in GML, with lengths in km and capacities in bit/s if known.",
    problems=("gossip_rates",),
    suffixes=(".gml",),
    read="planner.formats.gml:read",
    options=OPTIONS,
)
_FORM = "Every `node` needs an `id` of its own, every `edge` the `source` and `target` of nodes."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a GML file.

    Raises `InputError` (`import-syntax`, `import-reference`) with every fault of the file.
    """
    from planner.formats.gossip.gml_text import parse
    from planner.formats.gossip.links import network

    file = Source(source)
    graphs = [entry for entry in parse(file) if entry.key == "graph"]
    if len(graphs) != 1 or isinstance(graphs[0].value, str):
        file.stop("import-syntax", "there is not exactly one `graph [ ... ]`", _FORM)
    labels, links = _graph(file, graphs[0].value)
    file.stop_if_faulty()
    return network(source.stem, f"{source.name} (GML)", labels, links, options)


def _graph(file: Source, entries: "list[Entry]") -> "tuple[list[object], list[Link]]":
    from planner.formats.gossip.attributes import link_of, place_of

    rows = [(entry.line, entry.key, _values(entry)) for entry in entries]
    nodes = [(line, row) for line, key, row in rows if key == "node"]
    index: dict[str, int] = {}
    for place, (line, row) in enumerate(nodes):
        if row.get("id", "") in ("", *index):
            file.fault("import-syntax", "this node has no `id` of its own", _FORM, line=line)
        index[row.get("id", "")] = place
    if not nodes:
        file.fault("import-syntax", "there are no nodes", _FORM)
    places = {k: found for k, (_, row) in enumerate(nodes) if (found := place_of(row)) is not None}
    links = []
    for line, key, row in rows:
        if key != "edge":
            continue
        a, b = (index.get(row.get(end, "")) for end in ("source", "target"))
        if a is None or b is None:
            message = f"an edge from {row.get('source')!r} to {row.get('target')!r}"
            file.fault("import-reference", message, _FORM, line=line)
        else:
            links.append(link_of(a, b, row, places))
    return [row.get("label", row.get("id")) for _, row in nodes], links


def _values(entry: "Entry") -> dict[str, str]:
    """Return the plain values of a list; the first one of a key counts."""
    found: dict[str, str] = {}
    for inner in entry.value if isinstance(entry.value, list) else []:
        if isinstance(inner.value, str):
            found.setdefault(inner.key, inner.value)
    return found
