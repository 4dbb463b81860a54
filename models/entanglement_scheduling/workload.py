"""What is wanted: demands for pairs, generated demands, or tasks of rigid shape."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from planner.models.base.faults import fault
from planner.models.base.quantities import Duration, Frequency
from planner.models.base.record import Name, Number, Record
from planner.models.entanglement_scheduling.topology import Fidelity

LONGEST = 1_000_000
"""Slots; the longest period."""

Periods = Annotated[int, Field(strict=True, ge=1, le=LONGEST)]


LIGHTEST, HEAVIEST = 1e-9, 1e9


def _weighed(weight: float) -> float:
    if weight and not LIGHTEST <= weight <= HEAVIEST:
        message = f"a weight of {weight:g}"
        raise fault("weight-range", message, f"Write 0, or {LIGHTEST:g} to {HEAVIEST:g}.")
    return weight


Weight = Annotated[Number, AfterValidator(_weighed)]


class _Wanted(Record):
    mandatory: bool = False
    """Whether a schedule without it is none."""
    weight: Weight = 1.0
    """What admitting it is worth under `objective: weight`: 0, or 1e-9 to 1e9."""
    max_jitter: Duration | None = None
    """Most that two starts may be further apart or closer than a period."""


class Demand(_Wanted):
    """Pairs wanted between two end nodes, one in every period of ceil(1 / (rate slot)) slots."""

    name: Name | None = None
    """`demand` and its place in the list if not given."""
    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    min_fidelity: Fidelity
    rate: Frequency
    """Pairs per second."""


class Demands(Record):
    """A list of demands."""

    kind: Literal["demands"]
    demands: Annotated[tuple[Demand, ...], Field(min_length=1, max_length=100_000)]


class Random(Record):
    """Random demands, drawn until their rates reach the load (as in arXiv 2111.13124).

    Pairs of end nodes are drawn uniformly. The rate is drawn from 1 / (slot 2^i), i = 0 ... 9, of
    those below what the published protocol of the pair can do and within what is left of the load;
    the smallest where there is none. Pairs that no protocol serves are drawn again.
    """

    kind: Literal["random"]
    load: Frequency
    """Sum of the rates, in pairs per second."""
    min_fidelity: Fidelity
    seed: Annotated[int, Field(strict=True, ge=0, le=2**32)] = 0


class Task(_Wanted):
    """A protocol of given shape that runs once in every period."""

    name: Name | None = None
    """`task` and its place in the list if not given."""
    source: Name | None = Field(alias="from", default=None)
    target: Name | None = Field(alias="to", default=None)
    min_fidelity: Fidelity | None = None
    rate: Frequency | None = None
    """Pairs per second; one per period if not given."""
    period: Periods
    """Slots."""
    length: Periods
    """Slots from its start to its end."""
    busy: Mapping[Name, tuple[tuple[int, int], ...]]
    """Qubit (`<node>-C<i>` or `<node>-S<i>`) -> half-open intervals of slots from the start."""


class Tasks(Record):
    """A list of tasks of rigid shape."""

    kind: Literal["tasks"]
    tasks: Annotated[tuple[Task, ...], Field(min_length=1, max_length=100_000)]


Workload = Annotated[Demands | Random | Tasks, Field(discriminator="kind")]
