"""The instance of entanglement scheduling: a network, its hardware, and the pairs wanted."""

import functools
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from planner.models.base.errors import Issue
from planner.models.base.faults import fault
from planner.models.base.instance import Instance
from planner.models.base.quantities import Duration
from planner.models.base.record import Record
from planner.models.entanglement_scheduling.hardware import Hardware, Protocols
from planner.models.entanglement_scheduling.topology import Topology
from planner.models.entanglement_scheduling.view import View, compile_view
from planner.models.entanglement_scheduling.workload import Workload

ObjectiveName = Literal["throughput", "demands", "weight", "goodput", "latency"]


def _jitter(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        message = f"`{str(value)[:60]}` is neither `windows` nor `zero` nor a duration from 0 on"
        raise fault("jitter-value", message, "Write one of them, a duration as `5 ms`.") from None


class Limits(Record):
    """What every schedule must keep."""

    jitter: Annotated[Literal["windows", "zero"] | Duration, WrapValidator(_jitter)] = "windows"
    """`windows`: each repetition anywhere in its period. `zero`: strictly periodic. A duration: two
    starts are a period apart, give or take this."""
    wrap: bool = False
    """Whether time is a circle: periods of a demand may begin at any slot, and a repetition may
    run over the end of the hyperperiod."""
    hyperperiod: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 100_000
    """Most slots before the schedule repeats, which is the least common multiple of the periods."""


class EntanglementScheduling(Instance):
    """Admit demands for entangled pairs, choose a repeater protocol for each, and schedule them.

    Repetition k of a demand with period p and protocol length c starts in [k p, (k + 1) p - c]; no
    pool of qubits is ever held above its size. The objective is the sum of the rates of admitted
    demands (`throughput`), their number (`demands`), the sum of their weights (`weight`) or of rate
    times success probability (`goodput`), or, with all demands admitted, the sum of the protocol
    lengths (`latency`).
    """

    problem: Literal["entanglement_scheduling"]
    schema_version: Literal[1]
    topology: Topology
    hardware: Hardware = Hardware()
    protocols: Protocols = Protocols()
    workload: Workload
    objective: ObjectiveName = "throughput"
    limits: Limits = Limits()

    @functools.cached_property
    def view(self) -> View:
        """Everything as arrays; offers of protocols are computed on first use."""
        return compile_view(self)

    def summary(self) -> str:
        """Return one line that counts nodes, links and demands."""
        graph = self.topology.graph()
        what = {"demands": "demands", "tasks": "tasks", "random": "random demands"}
        wanted = f"{len(self.view.demands)} {what[self.workload.kind]}"
        return f"{len(graph.nodes)} nodes, {len(graph.links)} links, {wanted}"

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults that concern several entities; see `faults`."""
        from planner.models.entanglement_scheduling.faults import find_faults

        yield from find_faults(self)
