"""What proves a least makespan, or that there is no plan; `check` re-adds every one of them.

`docs/problems/rcpsp.md` writes each argument as a formula. Activities and resources are numbered
as in the instance.
"""

from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.arrays import Integers, IntegerTable
from planner.models.base.artefacts import Certificate
from planner.models.base.record import Record


class PathProof(Record):
    """A chain of activities, each bound to the one before by an arc of the lag graph."""

    proof: Literal["path"] = "path"
    path: Integers


class EnergyProof(Record):
    """All the work on one resource, over its capacity."""

    proof: Literal["energy"] = "energy"
    resource: int


class WindowProof(Record):
    """An interval that must hold more work than it can if the project ends by `horizon`."""

    proof: Literal["window"] = "window"
    resource: int
    horizon: int
    """A makespan, in periods, that is thereby too short."""
    begin: int
    end: int


class CliqueProof(Record):
    """Activities of which no two can run at once, one after the other."""

    proof: Literal["clique"] = "clique"
    members: Integers


class RefutationProof(Record):
    """Facts, each shown by what its opposite leads to, that leave no schedule within a horizon.

    Times count in the longest period that divides all durations and lags.
    """

    proof: Literal["refutation"] = "refutation"
    horizon: int
    """A makespan that is thereby too short."""
    steps: IntegerTable
    """(k, 3): (0, i, t) says that i starts at t or later, (1, i, t) at t or earlier, (2, i, j)
    that i ends before j starts."""


class ExhaustiveProof(Record):
    """A search through all ways to resolve resource conflicts, repeated by the check."""

    proof: Literal["exhaustive"] = "exhaustive"


Proof = Annotated[
    PathProof | EnergyProof | WindowProof | CliqueProof | RefutationProof | ExhaustiveProof,
    Field(discriminator="proof"),
]


class BoundsCertificate(Certificate):
    """A least makespan."""

    kind: Literal["bounds"] = "bounds"
    value: float
    """Proven lower bound, in periods."""
    proof: Proof


class CycleCertificate(Certificate):
    """A cycle of the lag graph of positive length: each start would be later than itself."""

    kind: Literal["cycle"] = "cycle"
    cycle: Integers
    """The activities in order; the last is bound to the first."""


class DemandCertificate(Certificate):
    """An activity that asks for more than there is of a resource."""

    kind: Literal["demand"] = "demand"
    activity: int
    resource: int


class ExhaustedCertificate(Certificate):
    """No way to resolve the resource conflicts keeps the lags; the check tries them all again."""

    kind: Literal["exhausted"] = "exhausted"


class RefutedCertificate(Certificate):
    """Facts that leave no schedule within a makespan that would suffice if there were a plan."""

    kind: Literal["refuted"] = "refuted"
    steps: IntegerTable
    """(k, 3), as in a refutation of a horizon."""


RcpspCertificate = (
    BoundsCertificate
    | CycleCertificate
    | DemandCertificate
    | RefutedCertificate
    | ExhaustedCertificate
)
CERTIFICATES = (
    BoundsCertificate,
    CycleCertificate,
    DemandCertificate,
    RefutedCertificate,
    ExhaustedCertificate,
)
