"""The instance of gossip rates: a network of workers, what limits them, and what is wanted."""

import functools
from collections.abc import Iterator
from typing import Literal

from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.base.quantities import Size
from planner.models.base.record import Count, Record
from planner.models.gossip_rates.network import Family, Network, Positive
from planner.models.gossip_rates.view import View, compile_view

ObjectiveName = Literal[
    "fastest_mixing",
    "fewest_messages",
    "gradient_rate",
    "total_resistance",
    "fdla",
    "fmmc",
    "edge_selection",
]


class Budget(Record):
    """What limits the rates; several limits hold together."""

    total: Positive | None = None
    """Most cost per second, over all edges; 1 where no other limit is given."""
    node: Positive | None = None
    """Exchanges that each worker takes part in at a time, each as long as its edge needs."""
    link: bool = False
    """Whether an edge does one exchange at a time."""
    edges: Count | None = None
    """Edges that may be chosen (`edge_selection`), those with a `min_rate` not counted."""
    matching: bool = False
    """Whether exchanges come in rounds in which each worker takes part in at most one."""
    clock: Positive | None = None
    """Wake-ups of each worker per second, at each of which it calls one of its peers."""


class GossipRates(Instance):
    """Choose how often each edge of `topology` averages the states of its two workers.

    With rates lambda, L = sum of lambda_e b_e b_e^T is the weighted Laplacian and R_e the effective
    resistance of an edge. The objectives are lambda_2 (`fastest_mixing`), the messages per round
    of gradients c^T lambda sqrt(max R_e / lambda_2) (`fewest_messages`), sqrt(lambda_2 / max R_e)
    (`gradient_rate`), n tr L^+ (`total_resistance`), and the spectral radius of I - L - 11^T / n
    for synchronous averaging with any weights (`fdla`) or those of a Markov chain (`fmmc`).
    `edge_selection` is lambda_2 again, of at most `budget.edges` edges at their `max_rate`.
    """

    problem: Literal["gossip_rates"]
    schema_version: Literal[1]
    topology: Network
    message_size: Size | None = None
    """What a worker sends in one average; exchanges last one unit of time if not given."""
    duplex: Literal["full", "half"] = "full"
    """Whether both directions of an exchange run at once."""
    overlay: Literal["given", "complete"] = "given"
    """Who may exchange: the ends of an edge, or every two workers over the edges between them."""
    budget: Budget = Budget()
    objective: ObjectiveName = "fewest_messages"

    @property
    def family(self) -> Family | None:
        """The family whose edges the workers have, `None` for other networks and for overlays."""
        topology = self.topology
        return topology if isinstance(topology, Family) and self.overlay == "given" else None

    @functools.cached_property
    def view(self) -> View:
        """Everything as arrays."""
        return compile_view(self)

    def summary(self) -> str:
        """Return one line that counts nodes and edges."""
        return f"{self.view.nodes} workers, {self.view.edges} edges"

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults that concern several entities."""
        from planner.models.gossip_rates.overlay import overlay_faults
        from planner.models.gossip_rates.references import check_references

        issues = [*self.topology.cross_check(), *overlay_faults(self)]
        yield from issues
        if not issues:
            yield from check_references(self)
