"""What proves a bound: per step the strongest of a few arguments that arithmetic can re-check.

`docs/problems/flow_splitting.md` writes each argument as a formula.
"""

from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.arrays import Floats, FloatTable, Integers
from planner.models.base.artefacts import Certificate
from planner.models.base.record import Record


class DegreeProof(Record):
    """NICs, leaves and pairs of leaves cannot send or receive faster than their links."""

    proof: Literal["degree"] = "degree"
    value: float


class CountingProof(Record):
    """Whole flows are counted: a link takes floor(T c / f) flows of size f (see docs)."""

    proof: Literal["counting"] = "counting"
    value: float


class MetricProof(Record):
    """Lengths of uplinks and downlinks; any lengths give a bound (the dual of the flow LP).

    Leaves and spines of one class share a length, so that large symmetric fabrics need few.
    """

    proof: Literal["metric"] = "metric"
    value: float
    leaf_class: Integers
    """Class of each leaf."""
    spine_class: Integers
    """Class of each spine."""
    up: FloatTable
    """Length of an uplink, by leaf class and spine class."""
    down: FloatTable
    """Length of a downlink, by leaf class and spine class."""


class ArcMetricProof(Record):
    """One length per arc of a graph."""

    proof: Literal["arc_metric"] = "arc_metric"
    value: float
    length: Floats


class EnumerationProof(Record):
    """Every way to place whole (or equally cut) flows was tried, and is again in the check."""

    proof: Literal["enumeration"] = "enumeration"
    value: float


StepProof = Annotated[
    DegreeProof | CountingProof | MetricProof | ArcMetricProof | EnumerationProof,
    Field(discriminator="proof"),
]


class BoundsCertificate(Certificate):
    """A bound on the sum over steps, and on the parts among plans that reach it."""

    kind: Literal["bounds"] = "bounds"
    value: float
    """Proven lower bound of the objective: the sum over steps of repeats times step values."""
    steps: tuple[StepProof, ...]
    parts: int | None = None
    """Proven least number of parts of any plan with an objective of at most `parts_at`."""
    parts_at: float | None = None


class UnreachableCertificate(Certificate):
    """A flow whose target cannot be reached from its source, which proves there is no plan."""

    kind: Literal["unreachable"] = "unreachable"
    step: int
    flow: int
    """A flow of that step, numbered as in `Flows` or `AllPairs`."""


CERTIFICATES = (BoundsCertificate, UnreachableCertificate)
