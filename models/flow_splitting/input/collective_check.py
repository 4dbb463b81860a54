"""Faults of a collective: its ranks, and algorithms that do not fit the operation."""

from collections.abc import Iterator, Sequence

from planner.models.base.errors import Issue
from planner.models.flow_splitting.input.collectives import phases
from planner.models.flow_splitting.input.suggest import unknown_node
from planner.models.flow_splitting.input.tables import Loc
from planner.models.flow_splitting.workload import Collective
from planner.models.topologies.graph import Graph
from planner.models.topologies.leaf_spine import LeafSpine
from planner.models.topologies.naming import Naming


def check_collective(topology: LeafSpine | Graph, collective: Collective) -> Iterator[Issue]:
    """Yield every fault of a collective, alone and against the hosts there are."""
    loc: Loc = ("workload", "collective")
    if not isinstance(topology, LeafSpine):
        yield Issue(
            code="collective-on-graph",
            loc=loc,
            message="a collective runs over hosts, and a graph has none",
            fix="Give `flows` or `demands` between nodes, or a `leaf_spine` topology.",
        )
        return
    yield from _check_ranks(collective, topology, loc)
    if collective.operation == "all_to_all" and collective.algorithm != "direct":
        yield Issue(
            code="collective-algorithm",
            loc=(*loc, "algorithm"),
            message=f"`{collective.algorithm}` is no algorithm for an all-to-all",
            fix="Use `direct`.",
        )
        return
    ranks = _number_of_ranks(collective, topology)
    if collective.algorithm == "halving_doubling" and ranks & (ranks - 1):
        yield Issue(
            code="collective-ranks",
            loc=(*loc, "ranks"),
            message=f"halving-doubling needs a power of two, and there are {ranks} ranks",
            fix=f"Use {2 ** (ranks.bit_length() - 1)} ranks, or `ring` or `direct`.",
        )
    elif ranks >= 2 and collective.step is not None:
        count = sum(phase.times for phase in phases(collective, ranks))
        if collective.step >= count:
            yield Issue(
                code="collective-step",
                loc=(*loc, "step"),
                message=f"there is no step {collective.step}: the collective has {count}",
                fix=f"Use a step from 0 to {count - 1}, or leave `step` out for all of them.",
            )


def _number_of_ranks(collective: Collective, topology: LeafSpine) -> int:
    if collective.ranks is None:
        return len(topology.host_names())
    return collective.ranks if isinstance(collective.ranks, int) else len(collective.ranks)


def _check_ranks(collective: Collective, topology: LeafSpine, loc: Loc) -> Iterator[Issue]:
    hosts, ranks = topology.host_names(), _number_of_ranks(collective, topology)
    if not len(hosts):
        yield Issue(
            code="missing-key",
            loc=("topology", "hosts_per_leaf"),
            message="the collective needs hosts, and the fabric has none",
            fix="Give `hosts_per_leaf`, for example `hosts_per_leaf: 16`, or `hosts`.",
        )
    elif ranks < 2:
        yield Issue(
            code="collective-ranks",
            loc=(*loc, "ranks"),
            message="a collective over one rank sends nothing",
            fix="Use at least two ranks.",
        )
    if isinstance(collective.ranks, int) and 0 < len(hosts) < collective.ranks:
        yield Issue(
            code="collective-ranks",
            loc=(*loc, "ranks"),
            message=f"there are {ranks} ranks but {len(hosts)} hosts",
            fix=f"Use at most {len(hosts)} ranks, or add hosts.",
        )
    if isinstance(collective.ranks, tuple):
        yield from _check_rank_names(collective.ranks, hosts, (*loc, "ranks"))
        if collective.placement != "block":
            yield Issue(
                code="placement-unused",
                loc=(*loc, "placement"),
                message="`placement` says nothing where the host of each rank is named",
                fix="Remove `placement`, or give the number of ranks.",
            )


def _check_rank_names(names: Sequence[str], hosts: Naming, loc: Loc) -> Iterator[Issue]:
    first: dict[str, int] = {}
    for rank, name in enumerate(names):
        if hosts.find(name) is None:
            yield unknown_node((*loc, rank), name, "host", hosts)
        elif name in first:
            yield Issue(
                code="host-repeated",
                loc=(*loc, rank),
                message=f"`{name}` is also the host of rank {first[name]}",
                fix="Place every rank on a host of its own.",
            )
        first.setdefault(name, rank)
