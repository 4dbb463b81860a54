"""The named parts of a result: the instance it is about, figures, baselines, provenance."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from planner.models.base.evaluation import BoundSource, Metric, Objective
from planner.models.base.record import Record

Status = Literal["optimal", "feasible", "infeasible", "unknown", "violates_limits"]


class InstanceRecord(Record):
    """The instance inside its result: all that `verify` needs, but for side-cars."""

    name: str
    schema_version: int
    sha256: str
    """Digest of the canonical JSON of the instance together with the digests of its side-cars."""
    source: str | None = None
    """Name of the file it was read from, without its folder."""
    overrides: Mapping[str, Any] = {}
    """Values changed with `--set` or `replace`, by path."""
    data: Mapping[str, Any]
    """Canonical JSON of the validated instance, overrides applied."""
    sidecars: Mapping[str, str] = {}
    """SHA-256 of every side-car by the file name the instance gives."""


class BoundedObjective(Objective):
    """One figure of merit of the plan, with the bound on it where one is known.

    The bound of a later objective holds among plans that are as good in the earlier ones.
    """

    bound: float | None = None
    bound_source: BoundSource | None = None
    bound_verified: bool = False


class Baseline(Record):
    """What a method to compare with reaches on the same instance."""

    objective: Objective
    metrics: Mapping[str, Metric] = {}
    """Metrics of its plan. A stochastic method gives `<name>` as the mean over its draws, and
    `<name>_p5`, `<name>_p95`, `<name>_stderr`, `<name>_draws` and `<name>_seed` beside it."""
    keeps_limits: bool = True
    """Whether its plan breaks nothing; one that does may be better than any bound."""


class Point(Record):
    """One step of progress: the best objective and bound known `elapsed` seconds into the run."""

    elapsed: float
    objective: float | None = None
    bound: float | None = None


class Timing(Record):
    """Wall-clock seconds of each phase; `None` where it was not measured."""

    load: float | None = None
    build: float | None = None
    """Building the formulation, where the method tells it apart; part of `solve`."""
    solve: float | None = None
    evaluate: float | None = None
    """Evaluating the plan and checking the certificate."""


class Provenance(Record):
    """How the result came about."""

    planner: str
    """Version of the planner."""
    backends: Mapping[str, str] = {}
    """Version of each library that took part."""
    solver: str | None = None
    """The solver whose word the bound is, if `bound_source` is `solver`."""
    seed: int = 0
    options: Mapping[str, Any] = {}
    """The method and limits that were asked for, and the method's own options."""
    notes: tuple[str, ...] = ()
    """What a reader should know, for example which method `auto` picked and why."""
    trace: tuple[Point, ...] = ()
    timing: Timing = Field(default_factory=Timing)
