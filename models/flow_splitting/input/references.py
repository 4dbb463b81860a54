"""Faults of a workload: what it names must exist, and what it says must make sense."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from planner.models.base.errors import Issue
from planner.models.flow_splitting.input.collective_check import check_collective
from planner.models.flow_splitting.input.suggest import unknown_node
from planner.models.flow_splitting.input.tables import (
    Loc,
    TableError,
    holds_matrix,
    read_matrix,
    read_rows,
)
from planner.models.flow_splitting.workload import Demand, Demands
from planner.models.topologies.leaf_spine import LeafSpine
from planner.models.topologies.naming import Naming

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting

FORMS = ("flows", "flow_table", "demands", "collective")
AMOUNTS = ("uniform", "pairs", "matrix", "table")


def check_workload(instance: "FlowSplitting") -> Iterator[Issue]:
    """Yield every fault of the workload, alone and against the topology."""
    workload = instance.workload
    given = workload.forms()
    if len(given) != 1:
        yield _one_of(("workload",), FORMS, given)
    if workload.flows:
        yield from _check_flows(instance)
    if workload.flow_table is not None:
        yield from _check_flow_table(instance)
    if workload.demands is not None:
        yield from _check_demands(instance, workload.demands)
    if workload.collective is not None:
        yield from check_collective(instance.topology, workload.collective)


def _one_of(loc: Loc, options: Sequence[str], given: Sequence[str]) -> Issue:
    listed = ", ".join(f"`{option}`" for option in options)
    found = " and ".join(f"`{field}`" for field in given) or "none of them"
    return Issue(
        code="one-of",
        loc=loc,
        message=f"give exactly one of {listed}; this gives {found}",
        fix="Keep one of the fields." if given else "Add one of the fields.",
    )


def _self_flow(loc: Loc, name: str) -> Issue:
    return Issue(
        code="self-flow",
        loc=loc,
        message=f"this goes from `{name}` to itself",
        fix="Name two different ends, or remove the entry.",
    )


def _end_names(instance: "FlowSplitting") -> tuple[str, tuple[Naming, ...]]:
    """Return what the ends of a flow are called, and the names they may have."""
    topology = instance.topology
    if isinstance(topology, LeafSpine):
        return "host or leaf", (topology.host_names(), topology.leaf_names())
    return "node", (topology.node_names(),)


def _check_flows(instance: "FlowSplitting") -> Iterator[Issue]:
    kind, groups = _end_names(instance)
    seen: set[str] = set()
    for number, flow in enumerate(instance.workload.flows):
        loc: Loc = ("workload", "flows", number)
        for key, name in (("from", flow.source), ("to", flow.target)):
            if all(names.find(name) is None for names in groups):
                yield unknown_node((*loc, key), name, kind, *groups)
        if flow.source == flow.target:
            yield _self_flow(loc, flow.source)
        if flow.name in seen:
            yield Issue(
                code="name-repeated",
                loc=(*loc, "name"),
                message=f"the name `{flow.name}` stands for two flows",
                fix="Give every flow a name of its own, or none.",
            )
        seen |= {flow.name} if flow.name else set()


def _check_flow_table(instance: "FlowSplitting") -> Iterator[Issue]:
    car, topology = instance.workload.flow_table, instance.topology
    if car is None:
        return
    is_fabric = isinstance(topology, LeafSpine)
    names = topology.host_names() if isinstance(topology, LeafSpine) else topology.node_names()
    kind, loc = "host" if is_fabric else "node", ("workload", "flow_table")
    try:
        rows = read_rows(car, loc, names, kind, normalised=instance.is_normalised)
    except TableError as error:
        yield error.issue
        return
    itself = (rows.source == rows.target).nonzero()[0]
    if len(itself):
        name = names[int(rows.source[itself[0]])]
        message = f"{len(itself)} rows go from a {kind} to itself, the first is `{name}` in row"
        yield Issue(
            code="self-flow",
            loc=loc,
            message=f"{message} {itself[0]} (counted from 0)",
            fix="Remove these rows.",
        )
    nothing = (rows.size == 0).nonzero()[0]
    if len(nothing):
        yield Issue(
            code="sidecar-size",
            loc=loc,
            message=f"{len(nothing)} rows have the size 0, the first is row {nothing[0]}",
            fix="Remove these rows: a flow has something to send.",
        )
    if not len(rows.size):
        yield _empty(loc)


def _empty(loc: Loc) -> Issue:
    return Issue(
        code="workload-empty",
        loc=loc,
        message="nothing is sent",
        fix="Give at least one amount above zero between two different ends.",
    )


def _check_demands(instance: "FlowSplitting", demands: Demands) -> Iterator[Issue]:
    topology = instance.topology
    is_fabric = isinstance(topology, LeafSpine)
    names = topology.leaf_names() if isinstance(topology, LeafSpine) else topology.node_names()
    kind, loc = "leaf" if is_fabric else "node", ("workload", "demands")
    given = [field for field in AMOUNTS if getattr(demands, field) not in (None, ())]
    if len(given) != 1:
        yield _one_of(loc, AMOUNTS, given)
    if demands.uniform is not None and len(names) < 2:
        yield _empty((*loc, "uniform"))
    for number, demand in enumerate(demands.pairs):
        yield from _check_pair(demand, (*loc, "pairs", number), names, kind)
    yield from _check_amounts(demands, is_fabric=is_fabric)
    if demands.matrix is not None:
        yield from _check_matrix(demands.matrix, (*loc, "matrix"), len(names), kind)
    if demands.table is not None:
        yield from _check_demand_table(instance, demands, names, kind)


def _check_pair(demand: Demand, loc: Loc, names: Naming, kind: str) -> Iterator[Issue]:
    for key, name in (("from", demand.source), ("to", demand.target)):
        if names.find(name) is None:
            yield unknown_node((*loc, key), name, kind, names)
    if demand.source == demand.target:
        yield _self_flow(loc, demand.source)
    if (demand.size is None) == (demand.rate is None):
        given = [key for key in ("size", "rate") if getattr(demand, key) is not None]
        yield _one_of(loc, ("size", "rate"), given)


def _check_amounts(demands: Demands, *, is_fabric: bool) -> Iterator[Issue]:
    """Check that all demands are sizes, or (on graphs) all are rates."""
    rates = [number for number, demand in enumerate(demands.pairs) if demand.rate is not None]
    if rates and is_fabric:
        yield Issue(
            code="rate-on-fabric",
            loc=("workload", "demands", "pairs", rates[0], "rate"),
            message="a leaf-spine fabric is planned for messages, not for steady rates",
            fix="Give `size`, or describe the network as a `graph`.",
        )
    sizes = [number for number, demand in enumerate(demands.pairs) if demand.size is not None]
    if rates and sizes:
        yield Issue(
            code="size-and-rate",
            loc=("workload", "demands", "pairs", max(rates[0], sizes[0])),
            message="some demands are sizes and some are rates",
            fix="Give `size` everywhere or `rate` everywhere.",
        )


def _check_matrix(
    matrix: tuple[tuple[float, ...], ...], loc: Loc, nodes: int, kind: str
) -> Iterator[Issue]:
    if len(matrix) != nodes or any(len(row) != nodes for row in matrix):
        widths = sorted({len(row) for row in matrix})
        shape = f"{len(matrix)} rows of {' or '.join(map(str, widths)) or 0} amounts"
        yield Issue(
            code="matrix-shape",
            loc=loc,
            message=f"this has {shape}, but there are {nodes} nodes of kind {kind}",
            fix=f"Give {nodes} rows of {nodes} amounts.",
        )
    elif not any(
        amount > 0 for i, row in enumerate(matrix) for j, amount in enumerate(row) if i != j
    ):
        yield _empty(loc)


def _check_demand_table(
    instance: "FlowSplitting", demands: Demands, names: Naming, kind: str
) -> Iterator[Issue]:
    car, loc = demands.table, ("workload", "demands", "table")
    if car is None:
        return
    try:
        if holds_matrix(car):
            matrix = read_matrix(car, loc, len(names), normalised=instance.is_normalised)
            sent = matrix.sum() - matrix.trace()
        else:
            rows = read_rows(car, loc, names, kind, normalised=instance.is_normalised)
            sent = rows.size[rows.source != rows.target].sum()
    except TableError as error:
        yield error.issue
        return
    if not sent > 0:
        yield _empty(loc)
