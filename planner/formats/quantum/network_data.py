"""From a graph whose nodes may list qubits to an instance of entanglement scheduling."""

import math
from typing import TYPE_CHECKING, Any

from planner.formats.fabrics.node_names import changed, usable_names
from planner.formats.options import Options
from planner.formats.yaml_writer import InstanceData
from planner.models.base.errors import Finding, InputError
from planner.models.base.quantities import FREQUENCY

if TYPE_CHECKING:
    from planner.formats.graphs.graph_file import GraphFile, Row

_LIST_MARK = "_networkx_list_start"
"""What networkx writes before the values of a list."""
_FALSE = ("0", "false", "False")
_COMMENTS = {
    "hardware": "The file does not say what links can do: one capability for all of them.",
    "workload": "The file has no demands: pairs of end nodes at random, up to the load.",
}


def quantum_network(graph: "GraphFile", options: Options) -> InstanceData:
    """Return the data of an instance with the nodes, qubits and links of a graph.

    Lengths (`length`, `distance`, `dist`, `km`, else `weight`) are in km. Raises `InputError`
    (`option-value`, `import-syntax`) for what cannot be used.
    """
    names = usable_names(graph.labels)
    check_lengths(graph)
    nodes = [{"name": name, **_node(row)} for name, row in zip(names, graph.nodes, strict=True)]
    links = [{"a": names[a], "b": names[b], **_length(row)} for a, b, row in graph.edges if a != b]
    rate = options.quantity("link_rate", FREQUENCY, "1400 Hz")
    capability = {"fidelity": _share(options, "link_fidelity", 0.999), "rate": f"{rate:g} Hz"}
    workload = {
        "kind": "random",
        "load": f"{options.quantity('load', FREQUENCY, '100 Hz'):g} Hz",
        "min_fidelity": _share(options, "min_fidelity", 0.98),
        "seed": options.whole("seed", 0, least=0, most=2**32),
    }
    values = {
        "problem": "entanglement_scheduling",
        "schema_version": 1,
        "name": graph.name,
        "source": graph.origin,
        "topology": {"kind": "graph", "nodes": nodes, "links": links},
        "hardware": {"capabilities": [capability]},
        "workload": workload,
    }
    notes = changed(graph.labels, names, [(a, b) for a, b, _ in graph.edges])
    return InstanceData(values, header=notes, comments=_COMMENTS)


def _node(row: "Row") -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row.get("end_node", ("1",))[0] in _FALSE:
        found["end_node"] = False
    for key, names in (
        ("communication_qubits", ("comm_qs", "communication_qubits")),
        ("storage_qubits", ("storage_qs", "storage_qubits")),
    ):
        count = next((_count(row[name]) for name in names if name in row), None)
        if count is not None:
            found[key] = count
    return found


def _count(values: tuple[str, ...]) -> int:
    """Return how many qubits a list names, or the number that stands for them."""
    named = [value for value in values if value != _LIST_MARK]
    return int(named[0]) if len(named) == 1 and named[0].isdigit() else len(named)


def _length(row: "Row") -> dict[str, str]:
    """Return the length that an edge gives, if any; `check_lengths` has refused all others."""
    key = _length_key(row)
    return {} if key is None else {"length": f"{float(row[key][0]):g} km"}


def _length_key(row: "Row") -> str | None:
    from planner.formats.gossip.attributes import KM

    return next((key for key in (*KM, "weight") if row.get(key, ("",))[0]), None)


def _is_length(text: str) -> bool:
    try:
        return 0 <= float(text) < math.inf
    except ValueError:
        return False


def check_lengths(graph: "GraphFile") -> None:
    """Raise `InputError` (`import-syntax`) with every edge whose length is none."""
    found = []
    for place, (_, _, row) in enumerate(graph.edges):
        key = _length_key(row)
        if key is None or _is_length(row[key][0]):
            continue
        found.append(
            Finding(
                code="import-syntax",
                path=f"edge[{place}].{key}",
                message=f"the {key} `{row[key][0][:60]}` is not a number from 0 on",
                fix="Give kilometres, or leave it out for the default of the instance.",
            )
        )
    if found:
        raise InputError(found)


def _share(options: Options, name: str, default: float) -> float:
    value = options.positive(name, default)
    if value > 1:
        raise options.refuse(name, f"`{value:g}` is above 1", "Write a fidelity, up to 1.")
    return value
