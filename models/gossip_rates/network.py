"""Networks of workers as a user writes them: nodes, edges, and families by name."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from planner.models.base.errors import Issue
from planner.models.base.faults import fault
from planner.models.base.quantities import Duration, Rate
from planner.models.base.record import Count, Name, Record
from planner.models.base.sidecar import Sidecar
from planner.models.gossip_rates.edge_table import LEAST_FIGURE, MOST_FIGURE, table_faults
from planner.models.topologies.naming import Naming, Nodes

Positive = Annotated[float, Field(ge=LEAST_FIGURE, le=MOST_FIGURE)]
"""Beyond these limits products and squares of figures lose digits."""


def _zero_or_more(value: float) -> float:
    """Refuse (`out-of-range`) what is neither zero nor at least as large as `Positive` is."""
    if 0 < value < LEAST_FIGURE:
        message = f"`{value:g}` is above 0 and below {LEAST_FIGURE:g}"
        raise fault("out-of-range", message, f"Give 0, or at least {LEAST_FIGURE:g}.")
    return value


Amount = Annotated[float, Field(ge=0, le=MOST_FIGURE), AfterValidator(_zero_or_more)]


class Edge(Record):
    """A two-way connection of two workers."""

    a: Name
    b: Name
    bandwidth: Rate | None = None
    """Rate in the slower direction; `bandwidth` of the topology if not given."""
    latency: Duration | None = None
    """`latency` of the topology if not given."""
    cost: Positive | None = None
    """Cost of one average, in the user's unit; 1 (counting messages) if not given."""
    min_rate: Amount = 0.0
    """Averages per second it must do at least."""
    max_rate: Amount | None = None
    """Averages per second it can do at most; 0 forbids the edge."""


class Worker(Record):
    """What sets one node apart from the others."""

    node: Name
    concurrency: Positive | None = None
    """Exchanges at a time; `budget.node` if not given."""
    clock: Positive | None = None
    """Wake-ups per second; `budget.clock` if not given."""
    nic_rate: Rate | None = None
    """Rate of its network card; no limit if not given."""


class EdgeList(Record):
    """Any connected network; of parallel edges one is kept, the cheapest, and loops are dropped."""

    kind: Literal["graph"]
    nodes: Nodes
    edges: tuple[Edge, ...] = ()
    edge_table: Sidecar | None = None
    """Columns `a` and `b` (node numbers) and, if wanted, `cost`; instead of `edges`."""
    bandwidth: Rate | None = None
    latency: Duration = 0.0
    workers: tuple[Worker, ...] = ()

    def names(self) -> Naming:
        """Return the names of the nodes."""
        return Naming(self.nodes, "node")

    def cross_check(self) -> Iterator[Issue]:
        """Yield names that are unknown or stand twice, and an empty or doubled edge list."""
        loc, names = ("topology",), self.names()
        for name in names.repeated():
            message = f"the name `{name}` stands for two nodes"
            fix = "Give every node a name of its own."
            yield Issue(code="name-repeated", loc=(*loc, "nodes"), message=message, fix=fix)
        if bool(self.edges) == (self.edge_table is not None) and len(names) > 1:
            message = "there are no edges" if not self.edges else "the edges are given twice"
            fix = "Give exactly one of `edges` and `edge_table`."
            yield Issue(code="edges-source", loc=loc, message=message, fix=fix)
        for place, edge in enumerate(self.edges):
            for key in ("a", "b"):
                if names.find(getattr(edge, key)) is None:
                    yield _unknown((*loc, "edges", place, key), getattr(edge, key), names)
            if edge.max_rate is not None and edge.min_rate > edge.max_rate:
                message = f"the least rate {edge.min_rate:g} exceeds the most, {edge.max_rate:g}"
                fix = "Lower `min_rate` or raise `max_rate`."
                yield Issue(
                    code="rates-crossed", loc=(*loc, "edges", place), message=message, fix=fix
                )
        if self.edge_table is not None:
            yield from table_faults(self.edge_table, len(names))
        for place, worker in enumerate(self.workers):
            if names.find(worker.node) is None:
                yield _unknown((*loc, "workers", place, "node"), worker.node, names)


class Family(Record):
    """A generated network; edges cost 1 unless `cost` says otherwise."""

    kind: Literal["family"]
    family: Literal[
        "path",
        "cycle",
        "star",
        "complete",
        "complete_bipartite",
        "grid",
        "torus",
        "hypercube",
        "barbell",
        "lollipop",
        "wheel",
        "ladder",
        "binary_tree",
        "random_tree",
        "random_regular",
    ]
    size: tuple[Count, ...] = Field(min_length=1, max_length=3)
    """Nodes (path, cycle, star, complete, wheel, random_tree); sides (grid, torus); the two parts
    (complete_bipartite); nodes of a clique, then of the path (lollipop); nodes of one clique
    (barbell); rungs (ladder); dimension (hypercube); depth (binary_tree); nodes and degree
    (random_regular)."""
    seed: int = Field(default=0, ge=0)
    bandwidth: Rate | None = None
    latency: Duration = 0.0

    def names(self) -> Naming:
        """Return the names of the nodes."""
        from planner.models.gossip_rates.families import node_count

        return Naming(node_count(self), "node")

    def cross_check(self) -> Iterator[Issue]:
        """Yield a size that does not describe the family, or is too large."""
        from planner.models.gossip_rates.families import size_fault

        if (message := size_fault(self)) is not None:
            fix = "See the description of `size`."
            yield Issue(code="family-size", loc=("topology", "size"), message=message, fix=fix)


Network = Annotated[EdgeList | Family, Field(discriminator="kind")]


def _unknown(loc: tuple[str | int, ...], name: str, names: Naming) -> Issue:
    return Issue(
        code="unknown-node",
        loc=loc,
        message=f"there is no node `{name}`",
        fix=f"The node names are {names.describe()}.",
    )
