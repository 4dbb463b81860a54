"""What an evaluator and a certificate check answer, in the same words for every problem."""

from collections.abc import Mapping
from typing import Literal

from planner.models.base.record import Record

Sense = Literal["min", "max"]
BoundSource = Literal["certificate", "enumeration", "solver"]
Metric = int | float | str | bool | None | list[float] | list[int] | list[str]


class Objective(Record):
    """One figure of merit of a plan; `value` is `None` where it is unknown."""

    name: str
    value: float | None
    unit: str
    sense: Sense = "min"


class Violation(Record):
    """A limit that a plan, a certificate or a stored claim breaks."""

    code: str
    """Stable code, for example `link-over-capacity`."""
    constraint: str
    """The field of the instance, or the part of the result, that is broken."""
    where: str
    """Which entity: a link, a flow, a slot."""
    amount: float | None = None
    """By how much, in `unit`."""
    unit: str = "1"


class Reason(Record):
    """Why there is no plan, or why a demand was rejected, in the user's own field names."""

    code: str
    constraint: str
    """The field of the instance, for example `topology.failed_links`."""
    where: str
    message: str
    """What is in the way and the smallest change that would mend it."""


class Evaluation(Record):
    """What a plan is worth, recomputed from the instance and the plan alone."""

    objectives: tuple[Objective, ...]
    """In order of importance; the first is the objective."""
    metrics: Mapping[str, Metric]
    violations: tuple[Violation, ...] = ()
    scope: str | None = None
    """Class of plans this one belongs to, where a problem has bounds that speak of one class."""
    notes: tuple[str, ...] = ()
    """Sentences on what the plan does not deliver although it keeps every limit."""

    @property
    def objective(self) -> Objective:
        """The first objective."""
        return self.objectives[0]


class CheckedBound(Record):
    """What a certificate proves, recomputed from the instance and the certificate alone.

    `violations` lists every claim of the certificate that does not hold; with any of them the
    certificate proves nothing.
    """

    bounds: Mapping[str, float]
    """Proven bound by objective name, rounded outward: no plan is better."""
    holds_at: float | None = None
    """The bounds on later objectives hold for plans whose first objective is no worse than this;
    `None` if they hold for every plan that is best in the first."""
    scope: str | None = None
    """Class of plans that the bounds speak of; `None` for every plan."""
    source: BoundSource = "certificate"
    infeasible: bool = False
    """Whether the certificate proves that there is no plan at all."""
    reasons: tuple[Reason, ...] = ()
    violations: tuple[Violation, ...] = ()
