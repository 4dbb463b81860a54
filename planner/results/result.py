"""The result: one frozen record with the same keys for every problem."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, SerializeAsAny, WithJsonSchema

from planner.models.base.artefacts import Certificate, Plan
from planner.models.base.evaluation import BoundSource, Metric, Objective, Reason, Violation
from planner.models.base.record import Record
from planner.models.base.sidecar import SidecarReader
from planner.results.records import Baseline, BoundedObjective, InstanceRecord, Provenance, Status
from planner.results.wording import source_words, status_words
from planner.solvers.contract import Budget, StopReason

FORMAT: Literal["planner-result/1"] = "planner-result/1"


def _artefact(what: str) -> WithJsonSchema:
    """Return the schema of a plan or certificate, whose columns are the problem's own."""
    some = {
        "type": "object",
        "description": f"see the schema `<problem>/{what}`",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
    }
    return WithJsonSchema({"anyOf": [some, {"type": "null"}]})


class Result(Record):
    """A plan with everything known about it, or the reasons why there is none.

    Every figure in it was recomputed from the instance, the plan and the certificate; a claim that
    could not be recomputed says so (`bound_source: solver`, `verified: false`).
    """

    format: Literal["planner-result/1"] = FORMAT
    problem: str
    instance: InstanceRecord
    method: str
    status: Status
    stopped_by: StopReason | None = None
    objective: Objective | None = None
    """The first of `objectives`; `None` where there is no plan to name it."""
    objectives: tuple[BoundedObjective, ...] = ()
    """In order of importance."""
    bound: float | None = None
    """No plan has a better objective, none of `bound_scope` at least."""
    bound_source: BoundSource | None = None
    bound_verified: bool = False
    """Whether the bound was recomputed without a solver."""
    bound_scope: str | None = None
    """Class of plans that the bound, or that there is no plan, speaks of; `None` for every plan.

    A file of an earlier version does not say it."""
    gap: float | None = None
    """|objective - bound| / |bound|."""
    verified: bool = False
    """Whether everything that can be re-checked was, and held."""
    deterministic: bool = True
    """Whether the same seed gives the same plan again."""
    metrics: Mapping[str, Metric] = {}
    violations: tuple[Violation, ...] = ()
    certificate: Annotated[SerializeAsAny[Certificate] | None, _artefact("certificate")] = None
    plan: Annotated[SerializeAsAny[Plan] | None, _artefact("plan")] = None
    baselines: Mapping[str, Baseline] = {}
    """By method."""
    why: tuple[Reason, ...] = ()
    """Why there is no plan, or why demands were rejected."""
    provenance: Provenance
    sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    """Digest of all other keys: it notices an edited file."""

    _sidecars: SidecarReader | None = PrivateAttr(default=None)
    # Where the side-cars of the instance come from, unless somebody names a folder.

    @property
    def value(self) -> float | None:
        """The objective value, or `None` where it is unknown."""
        return self.objective.value if self.objective is not None else None

    @property
    def is_optimal(self) -> bool:
        """Whether the gap is closed: within what was asked for, and 1e-4 at most."""
        return self.status == "optimal"

    @property
    def is_infeasible(self) -> bool:
        """Whether there is no plan, none of `bound_scope` at least."""
        return self.status == "infeasible"

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan, be it one that breaks limits."""
        return self.plan is not None

    @property
    def gap_tolerance(self) -> float:
        """The relative gap that was asked for."""
        asked = self.provenance.options.get("gap")
        return asked if isinstance(asked, float) else Budget().gap

    @property
    def summary(self) -> str:
        """One line: name, status, objective, bound and who found it."""
        parts = [f"{self.instance.name}: {status_words(self.status, self.bound_scope)}"]
        if self.objective is not None and self.objective.value is not None:
            unit = "" if self.objective.unit == "1" else f" {self.objective.unit}"
            parts.append(f"{self.objective.name} {self.objective.value:.10g}{unit}")
        if self.bound is not None:
            who = source_words(str(self.bound_source), self.bound_scope)
            parts.append(f"bound {self.bound:.10g} ({who})")
        if self.stopped_by is not None:
            parts.append(f"stopped by {self.stopped_by}")
        parts.append("verified" if self.verified else "not verified")
        return f"{', '.join(parts)} [{self.method}]"

    def __str__(self) -> str:
        return self.summary

    def __repr__(self) -> str:
        return f"<Result {self.summary}>"

    def _repr_html_(self) -> str:
        """Return the table that Jupyter shows."""
        from planner.results.html import result_table

        return result_table(self)

    def data(self) -> dict[str, Any]:
        """Return the result as plain JSON values, every array written out."""
        return self.model_dump(mode="json", by_alias=True)

    def sealed(self) -> "Result":
        """Return the result with `sha256` set to the digest of its content."""
        from planner.results.document import document, seal

        return self.model_copy(update={"sha256": seal(document(self)[0])})

    def save(self, path: str | Path) -> list[Path]:
        """Write the result as JSON, long arrays to an `.npz` beside it; return the files written.

        A reader never sees a half-written file: each is written under another name first.
        """
        from planner.results.document import write

        return write(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> "Result":
        """Read a result file without re-checking it; `planner.verify` does that.

        Raises `InputError` where the file is missing, malformed or of an unknown format.
        """
        from planner.results.document import read

        return read(Path(path)).result()
