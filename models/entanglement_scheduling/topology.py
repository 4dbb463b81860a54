"""Quantum networks as a user writes them: nodes with qubits, links with what each can do."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.quantities import Frequency, Length
from planner.models.base.record import Name, Record

FibreLength = Annotated[Length, Field(le=1e8)]
"""At most 100,000 km."""
Qubits = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Fidelity = Annotated[float, Field(ge=0.25, le=1.0)]
"""Fidelity of a two-qubit state to a Bell state; 0.25 is noise."""


class Capability(Record):
    """One way to drive a link: better pairs come more rarely."""

    fidelity: Fidelity
    """Fidelity of a fresh pair to the nearest Bell state."""
    rate: Frequency
    """Mean pairs per second."""
    bright: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Bright-state population of single-click generation, which distillation by `epl` needs."""


class Node(Record):
    """A place with qubits."""

    name: Name
    end_node: bool = True
    """Whether demands may start and end here; others are repeaters."""
    communication_qubits: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """`topology.communication_qubits` if not given."""
    storage_qubits: Qubits | None = None
    """`topology.storage_qubits` if not given."""


class QuantumLink(Record):
    """A fibre between two nodes."""

    a: Name
    b: Name
    length: FibreLength | None = None
    """`topology.length` if not given."""
    capabilities: Annotated[tuple[Capability, ...], Field(min_length=1)] | None = None
    """What this link can do; `hardware.capabilities` or its model if not given."""


class _Defaults(Record):
    communication_qubits: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1
    storage_qubits: Qubits = 3
    length: FibreLength = 5_000.0
    """Length of links that give none."""


class Graph(_Defaults):
    """Any network; parallel links are allowed."""

    kind: Literal["graph"]
    nodes: Annotated[tuple[Node, ...], Field(min_length=1, max_length=100_000)]
    links: Annotated[tuple[QuantumLink, ...], Field(max_length=1_000_000)] = ()

    def cross_check(self) -> Iterator[Issue]:
        """Yield names that stand twice or are unknown, and links from a node to itself."""
        counts = Counter(node.name for node in self.nodes)
        for name in (name for name, count in counts.items() if count > 1):
            message = f"the name `{name}` stands for two nodes"
            fix = "Give every node a name of its own."
            yield Issue(code="name-repeated", loc=("topology", "nodes"), message=message, fix=fix)
        if len(counts) < len(self.nodes):
            # Whatever refers to a name may mean another that is missing for the repetition.
            return
        for place, link in enumerate(self.links):
            loc = ("topology", "links", place)
            for key in ("a", "b"):
                name = getattr(link, key)
                if name not in counts:
                    yield unknown_node((*loc, key), name, list(counts))
            if link.a == link.b:
                message = f"a link from `{link.a}` to itself"
                fix = "Give the two nodes that the link joins."
                yield Issue(code="link-loop", loc=loc, message=message, fix=fix)

    def graph(self) -> "Graph":
        """Return the network itself."""
        return self


class Generated(_Defaults):
    """The small networks of arXiv 2111.13124, by name; every link has the same length.

    `star`: `size` end nodes at one repeater. `h`: two repeaters with two end nodes each. `line`:
    `size` nodes in a row, all of them end nodes. `symmetric`: four repeaters, each linked with each
    other, and an end node at each.
    """

    kind: Literal["star", "h", "line", "symmetric"]
    size: Annotated[int, Field(strict=True, ge=2, le=10_000)] | None = None
    """End nodes of a star (3 if not given), nodes of a line (6); the others have none."""

    def cross_check(self) -> Iterator[Issue]:
        """Yield a size where the network has none."""
        if self.size is not None and self.kind in ("h", "symmetric"):
            message = f"the network `{self.kind}` has one size only"
            fix = "Leave `size` out."
            yield Issue(code="family-size", loc=("topology", "size"), message=message, fix=fix)

    def graph(self) -> Graph:
        """Return the network with its nodes and links written out."""
        ends, pairs = _FAMILIES[self.kind](self.size)
        names = [str(each) for each in range(1 + max(max(pair) for pair in pairs))]
        # Quantities are in base units already, which validation would refuse.
        return Graph.model_construct(
            kind="graph",
            nodes=tuple(Node(name=name, end_node=int(name) in ends) for name in names),
            links=tuple(QuantumLink(a=names[a], b=names[b]) for a, b in pairs),
            **{key: getattr(self, key) for key in _Defaults.model_fields},
        )


Pairs = list[tuple[int, int]]


def _star(size: int | None) -> tuple[set[int], Pairs]:
    count = size or 3
    return set(range(count)), [(each, count) for each in range(count)]


def _h(size: int | None) -> tuple[set[int], Pairs]:
    return {0, 2, 3, 5}, [(0, 1), (2, 1), (3, 4), (5, 4), (1, 4)]


def _line(size: int | None) -> tuple[set[int], Pairs]:
    count = size or 6
    return set(range(count)), [(each, each + 1) for each in range(count - 1)]


def _symmetric(size: int | None) -> tuple[set[int], Pairs]:
    core = [(a, b) for a in range(4, 8) for b in range(a + 1, 8)]
    return {0, 1, 2, 3}, [(each, each + 4) for each in range(4)] + core


_FAMILIES = {"star": _star, "h": _h, "line": _line, "symmetric": _symmetric}

Topology = Annotated[Graph | Generated, Field(discriminator="kind")]


def unknown_node(loc: tuple[str | int, ...], name: str, names: list[str]) -> Issue:
    """Return the fault of a node that is not there."""
    known = ", ".join(f"`{each}`" for each in names[:8]) + (", ..." if len(names) > 8 else "")
    return Issue(
        code="unknown-node",
        loc=loc,
        message=f"there is no node `{name}`",
        fix=f"The node names are {known}.",
    )
