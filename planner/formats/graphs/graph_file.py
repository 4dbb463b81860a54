"""A graph with attributes as text, and the instance that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.formats.gossip.links import OPTIONS as WORKER_OPTIONS
from planner.formats.options import Options
from planner.formats.quantum.options import OPTIONS as QUANTUM_OPTIONS
from planner.formats.yaml_writer import InstanceData

PROBLEMS = ("gossip_rates", "entanglement_scheduling")
OPTIONS = {
    "problem": (
        "gossip_rates for a network of workers, entanglement_scheduling for a quantum network "
        "(default: the latter where nodes have qubits)"
    ),
    **{name: f"gossip_rates: {meaning}" for name, meaning in WORKER_OPTIONS.items()},
    **{name: f"entanglement_scheduling: {meaning}" for name, meaning in QUANTUM_OPTIONS.items()},
}
"""Options of every format that reads a graph for either problem."""
QUBITS = ("comm_qs", "communication_qubits")
"""Node attributes that make a network a quantum network."""

Row = Mapping[str, tuple[str, ...]]
"""Values of each attribute; GML may repeat one."""


@dataclass(frozen=True, slots=True)
class GraphFile:
    """Nodes and edges in the order of the file."""

    name: str
    origin: str
    labels: Sequence[object]
    nodes: list[Row]
    edges: list[tuple[int, int, Row]]
    """Numbers of the two nodes, and attributes."""


def instance_data(graph: GraphFile, options: Options) -> InstanceData:
    """Return the instance data of a graph, for the problem asked for or the one it looks like.

    Raises `InputError` as the builders of the two problems do.
    """
    is_quantum = any(key in row for row in graph.nodes for key in QUBITS)
    problem = options.choice("problem", PROBLEMS, PROBLEMS[is_quantum])
    other = WORKER_OPTIONS if problem == PROBLEMS[1] else QUANTUM_OPTIONS
    for name in other:
        if name in options:
            fix = f"Leave it out, or write `problem={PROBLEMS[problem == PROBLEMS[0]]}`."
            raise options.refuse(name, f"an instance of `{problem}` has no use for it", fix)
    if problem == PROBLEMS[1]:
        from planner.formats.quantum.network_data import quantum_network

        return quantum_network(graph, options)
    return _workers(graph, options)


def _workers(graph: GraphFile, options: Options) -> InstanceData:
    from planner.formats.gossip.attributes import link_of, place_of
    from planner.formats.gossip.links import network

    places = {
        place: found
        for place, row in enumerate(graph.nodes)
        if (found := place_of(first_values(row))) is not None
    }
    links = [link_of(a, b, first_values(row), places) for a, b, row in graph.edges]
    return network(graph.name, graph.origin, graph.labels, links, options)


def first_values(row: Row) -> dict[str, str]:
    """Return the first value of each attribute."""
    return {key: values[0] for key, values in row.items() if values}
