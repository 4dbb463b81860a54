"""The plans of entanglement scheduling: protocols as operations, and when each of them starts."""

from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.arrays import Integers
from planner.models.base.artefacts import Plan
from planner.models.base.record import Index, Record

Slots = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Link(Record):
    """Generate a pair over a link, on a communication qubit of each of its two nodes."""

    kind: Literal["link"] = "link"
    start: Slots
    """First slot, counted from the start of the protocol."""
    duration: Annotated[Slots, Field(ge=1)]
    """Slots of trying."""
    link: Index
    """Place of the link in the topology."""
    setting: Index
    """Place of the capability in the link's list."""
    stored: tuple[bool, bool]
    """Whether the half at the link's first and second node moves to a storage qubit, which is then
    held from `start`; a half that does not stays in its communication qubit until it is used."""


class Swap(Record):
    """Join two pairs that meet at a node; frees the qubits of both halves there."""

    kind: Literal["swap"] = "swap"
    start: Slots
    duration: Annotated[Slots, Field(ge=1)]
    inputs: tuple[Index, Index]
    """Operations of the protocol whose pairs are joined; they share exactly one end."""


class Distil(Record):
    """Make one better pair of two between the same nodes; frees the qubits of the second."""

    kind: Literal["distil"] = "distil"
    start: Slots
    duration: Annotated[Slots, Field(ge=1)]
    inputs: tuple[Index, Index]
    """Operations whose pairs are used; the better pair stays in the qubits of the first."""
    scheme: Literal["bbpssw", "dejmps", "epl"] = "bbpssw"


Operation = Annotated[Link | Swap | Distil, Field(discriminator="kind")]


class Protocol(Record):
    """How one end-to-end pair is made: every pair but the last operation's is used exactly once.

    Inputs come before the operation that uses them in the list. The protocol ends when the last of
    its operations in time does, and both its ends hold the pair until then.
    """

    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=100_000)]


class SchedulePlan(Plan):
    """Which demands are admitted, the protocol of each, and every start within a hyperperiod.

    Row r admits `demand[r]`; its H/p starts stand in `start` after those of the rows before it.
    """

    kind: Literal["schedule"] = "schedule"
    demand: Integers
    """(rows,): places of the admitted demands in `workload`, ascending."""
    start: Integers
    """(sum of H/p over the rows,): first slot of each repetition, from 0 on; repetitions in order.
    """
    protocol: Integers | None = None
    """(rows,): place in `protocols`; `None` where the instance gives the tasks' own shapes."""
    protocols: tuple[Protocol, ...] = ()


class PreemptedPlan(Plan):
    """A schedule whose protocols may pause; qubits that are held across a pause stay held.

    Piece i runs the slots `begin[i]` to `end[i]` of a repetition's protocol from `start[i]` on.
    """

    kind: Literal["preempted"] = "preempted"
    demand: Integers
    """(rows,): places of the admitted demands, ascending."""
    row: Integers
    """(pieces,): row of each piece."""
    repetition: Integers
    """(pieces,): repetition of each piece within the hyperperiod, from 0."""
    begin: Integers
    end: Integers
    start: Integers
    protocol: Integers | None = None
    protocols: tuple[Protocol, ...] = ()


EntanglementPlan = SchedulePlan | PreemptedPlan
PLANS = (SchedulePlan, PreemptedPlan)
