"""What has to be sent: flows, demands between leaves or nodes, or a collective by name."""

from typing import Literal

from pydantic import Field

from planner.models.base.quantities import AnySize, Duration, Rate, Size
from planner.models.base.record import Index, Name, Record
from planner.models.base.sidecar import Sidecar
from planner.models.topologies.naming import Nodes


class Flow(Record):
    """One message from a host (or a leaf, or a node of a graph) to another."""

    name: Name | None = None
    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    size: Size


class Demand(Record):
    """An amount of traffic between two leaves or two nodes of a graph."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    size: Size | None = None
    rate: Rate | None = None
    """On graphs, instead of `size`: a steady rate. All demands give the same of the two."""


class Demands(Record):
    """A demand matrix between leaves (without a NIC limit) or between nodes of a graph."""

    uniform: Size | None = None
    """The same amount for every ordered pair."""
    pairs: tuple[Demand, ...] = ()
    matrix: tuple[tuple[AnySize, ...], ...] | None = None
    """Row: from; column: to; the diagonal never leaves its leaf."""
    table: Sidecar | None = None
    """`.npz` with `matrix`, or `.csv` with the columns `from,to,size`."""


class Collective(Record):
    """A collective operation over ranks that are placed on hosts."""

    operation: Literal["all_reduce", "all_gather", "reduce_scatter", "all_to_all"]
    algorithm: Literal["ring", "halving_doubling", "direct"] = "direct"
    size: Size
    """Size of the full buffer of a rank, M; see `collectives` for the message sizes."""
    ranks: Nodes | None = None
    """How many ranks, or the host of each rank; every host in order if not given."""
    placement: Literal["block", "striped"] = "block"
    """For a number of ranks: fill leaf after leaf, or deal the ranks round the leaves."""
    step: Index | None = None
    """Plan only this step of the algorithm, counted from 0; all steps if not given."""


class Workload(Record):
    """Exactly one of `flows`, `flow_table`, `demands` and `collective`."""

    splitting: Literal["free", "equal", "whole"] = "free"
    """`free`: parts of any size. `equal`: a flow is cut into equal parts. `whole`: no cuts."""
    flows: tuple[Flow, ...] = ()
    flow_table: Sidecar | None = None
    """`.npz` with `from` and `to` (host numbers) and `size`, or `.csv` with `from,to,size`."""
    demands: Demands | None = None
    collective: Collective | None = None
    software_overhead: Duration = 0.0
    """Part of the start-up time alpha of every step, beside the latency of the links."""

    @property
    def is_steady(self) -> bool:
        """Whether the demands are rates instead of sizes."""
        pairs = self.demands.pairs if self.demands is not None else ()
        return any(demand.rate is not None for demand in pairs)

    def forms(self) -> list[str]:
        """Return which of the four ways to give a workload are used."""
        given = {
            "flows": bool(self.flows),
            "flow_table": self.flow_table is not None,
            "demands": self.demands is not None,
            "collective": self.collective is not None,
        }
        return [field for field, is_given in given.items() if is_given]
