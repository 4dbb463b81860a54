"""GraphML, the XML form of graphs: `node` with `id`, `edge` with `source` and `target`.

Attributes are `data` elements whose `key` elements name them; lengths in km, capacities in bits per
second, places as `Latitude` and `Longitude` in degrees.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.graphs.graph_file import OPTIONS, PROBLEMS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from planner.formats.graphs.graph_file import Row

FORMAT = Format(
    name="graphml",
    summary="A network in GraphML: workers with lengths and capacities, or quantum nodes.",
    problems=PROBLEMS,
    suffixes=(".graphml", ".xml"),
    read="planner.formats.graphml:read",
    options=OPTIONS,
)
_FORM = "Write GraphML: `graph` with `node id` and `edge source target`, without entities."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a GraphML file.

    Raises `InputError` (`import-syntax`, `import-reference`) with every fault of the file.
    """
    from planner.formats.graphs.graph_file import GraphFile, instance_data

    file = Source(source)
    root = _parse(file)
    names = {key.get("id"): key.get("attr.name") for key in _below(root, "key")}
    graphs = _below(root, "graph")
    if len(graphs) != 1:
        file.stop("import-syntax", "there is not exactly one `graph`", _FORM)
    rows = [(node.get("id"), _data(node, names)) for node in _below(graphs[0], "node")]
    index = {key: place for place, (key, _) in enumerate(rows)}
    if len(index) < len(rows) or not rows or None in index:
        file.fault("import-syntax", "every node needs an `id` of its own", _FORM)
    edges = []
    for place, edge in enumerate(_below(graphs[0], "edge")):
        a, b = index.get(edge.get("source")), index.get(edge.get("target"))
        if a is None or b is None:
            message = f"an edge from {edge.get('source')!r} to {edge.get('target')!r}"
            file.fault("import-reference", message, _FORM, path=f"edge[{place}]")
        else:
            edges.append((a, b, _data(edge, names)))
    file.stop_if_faulty()
    nodes = [row for _, row in rows]
    labels = [_label(row) or key for key, row in rows]
    origin = f"{source.name} (GraphML)"
    return instance_data(GraphFile(source.stem, origin, labels, nodes, edges), options)


def _label(row: "Row") -> str | None:
    return next((row[key][0] for key in ("label", "name") if row.get(key, ("",))[0]), None)


def _parse(file: Source) -> "Element":
    from xml.etree import ElementTree

    # Entities can unfold to any size; no tool needs them here.
    if "<!DOCTYPE" in file.text or "<!ENTITY" in file.text:
        file.stop("import-syntax", "document types and entities are not read", _FORM)
    try:
        return ElementTree.fromstring(file.text.encode())
    except ElementTree.ParseError as error:
        file.stop("import-syntax", f"this is not XML: {error}", _FORM, line=error.position[0])
    except (LookupError, RecursionError, ValueError):
        file.stop("import-syntax", "this is not XML of a known encoding and sensible depth", _FORM)


def _below(element: "Element", tag: str) -> "list[Element]":
    """Return the children with a tag, whatever its namespace."""
    return [child for child in element if child.tag.rpartition("}")[2] == tag]


def _data(element: "Element", names: dict[str | None, str | None]) -> "Row":
    return {
        str(names.get(item.get("key")) or item.get("key")): ((item.text or "").strip(),)
        for item in _below(element, "data")
    }
