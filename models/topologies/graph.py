"""General networks: nodes, two-way links and one-way arcs."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.quantities import Duration, Rate
from planner.models.base.record import Name, Record
from planner.models.topologies.naming import Naming, Nodes
from planner.models.topologies.rates import check_rates
from planner.models.topologies.repeats import check_repeats


class Link(Record):
    """Two arcs of equal rate, one per direction."""

    a: Name
    b: Name
    rate: Rate | None = None
    """Rate per direction; `link_rate` of the topology if not given."""
    latency: Duration = 0.0


class Arc(Record):
    """A one-way connection."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    rate: Rate | None = None
    latency: Duration = 0.0


class FailedEdge(Record):
    """Every link and arc between two nodes is down, in both directions."""

    a: Name
    b: Name


class Graph(Record):
    """A directed capacitated graph; parallel links and arcs are kept apart."""

    kind: Literal["graph"]
    nodes: Nodes
    link_rate: Rate | None = None
    """Rate of every link and arc that gives none itself."""
    links: tuple[Link, ...] = ()
    arcs: tuple[Arc, ...] = ()
    failed_links: tuple[FailedEdge, ...] = ()

    def node_names(self) -> Naming:
        """Return the names of the nodes."""
        return Naming(self.nodes, "node")

    def cross_check(self, loc: tuple[str | int, ...] = ("topology",)) -> Iterator[Issue]:
        """Yield references to nodes and links that do not exist, loops and missing rates."""
        yield from check_rates(self, loc)
        names = self.node_names()
        for name in names.repeated():
            yield Issue(
                code="name-repeated",
                loc=(*loc, "nodes"),
                message=f"the name `{name}` stands for two nodes",
                fix="Give every node a name of its own.",
            )
        for field, ends in (
            ("links", ("a", "b")),
            ("arcs", ("from", "to")),
            ("failed_links", ("a", "b")),
        ):
            for position, edge in enumerate(getattr(self, field)):
                yield from self._check_edge(edge, (*loc, field, position), ends, names)
        down = ((frozenset((edge.a, edge.b)), f"{edge.a}-{edge.b}") for edge in self.failed_links)
        yield from check_repeats(down, (*loc, "failed_links"))
        yield from self._check_failures((*loc, "failed_links"), names)

    def _check_failures(self, loc: tuple[str | int, ...], names: Naming) -> Iterator[Issue]:
        """Check that what is down was there; ends that are no nodes are reported elsewhere."""
        joined = {frozenset((link.a, link.b)) for link in self.links}
        joined |= {frozenset((arc.source, arc.target)) for arc in self.arcs}
        for position, edge in enumerate(self.failed_links):
            ends = frozenset((edge.a, edge.b))
            is_pair = len(ends) == 2 and all(names.find(end) is not None for end in ends)
            if is_pair and ends not in joined:
                yield Issue(
                    code="unknown-link",
                    loc=(*loc, position),
                    message=f"no link or arc joins `{edge.a}` and `{edge.b}`",
                    fix="Name two nodes that are joined, or remove the entry.",
                )

    def _check_edge(
        self,
        edge: Link | Arc | FailedEdge,
        loc: tuple[str | int, ...],
        keys: tuple[str, str],
        names: Naming,
    ) -> Iterator[Issue]:
        ends = (edge.source, edge.target) if isinstance(edge, Arc) else (edge.a, edge.b)
        for key, name in zip(keys, ends, strict=True):
            if names.find(name) is None:
                yield Issue(
                    code="unknown-node",
                    loc=(*loc, key),
                    message=f"there is no node `{name}`",
                    fix=f"The node names are {names.describe()}.",
                )
        if ends[0] == ends[1]:
            yield Issue(
                code="loop",
                loc=loc,
                message=f"this connects `{ends[0]}` to itself",
                fix="Name two different nodes, or remove the line.",
            )
        if not isinstance(edge, FailedEdge) and edge.rate is None and self.link_rate is None:
            yield Issue(
                code="missing-key",
                loc=(*loc, "rate"),
                message="this has no rate, and the topology has no `link_rate`",
                fix="Give `rate` here or `link_rate` for the whole topology.",
            )
