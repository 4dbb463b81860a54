"""What `verify` answers: which claims of a result hold, and which do not."""

from planner.models.base.evaluation import BoundSource, Objective, Violation
from planner.models.base.record import Record
from planner.results.records import Status
from planner.results.wording import status_words


class Verification(Record):
    """The outcome of re-checking one result without a solver."""

    ok: bool
    """Whether nothing in the result was found to be wrong."""
    violations: tuple[Violation, ...] = ()
    """Every claim that does not hold, by name."""
    problem: str | None = None
    name: str | None = None
    """Name of the instance."""
    method: str | None = None
    status: Status | None = None
    """The status the result claims."""
    objective: Objective | None = None
    """The objective as recomputed."""
    bound: float | None = None
    """The bound as recomputed; a solver's bound is only repeated."""
    bound_source: BoundSource | None = None
    bound_scope: str | None = None
    """Class of plans that the bound, or that there is no plan, speaks of; `None` for every plan."""
    gap: float | None = None
    taken_on_trust: tuple[str, ...] = ()
    """Claims that cannot be recomputed, for example a bound that is a solver's word."""
    word_of: str | None = None
    """The solver whose word the bound is, or that there is no plan; `None` if both are proved."""
    seconds: float = 0.0
    """Wall-clock time of the check."""

    def __bool__(self) -> bool:
        return self.ok

    @property
    def verdict(self) -> str:
        """What came out, in a few words; `verified` only where no solver's word is needed."""
        if not self.ok:
            return "refuted"
        if self.word_of is None:
            return "verified"
        if self.objective is not None:
            return f"plan verified, bound NOT re-checked: word of {self.word_of}"
        claim = "that there is no plan" if self.status == "infeasible" else "bound"
        return f"{claim} NOT re-checked: word of {self.word_of}"

    @property
    def status_words(self) -> str:
        """The status the result claims, with the class of plans that it speaks of."""
        return "" if self.status is None else status_words(self.status, self.bound_scope)

    @property
    def summary(self) -> str:
        """One line: what was checked and what came out."""
        name = self.name or "the result"
        if not self.ok:
            codes = ", ".join(dict.fromkeys(found.code for found in self.violations))
            return f"{name}: refuted ({codes})"
        trust = f"; on trust: {', '.join(self.taken_on_trust)}" if self.taken_on_trust else ""
        status = "" if self.bound_scope is None else f" ({self.status_words})"
        return f"{name}: every claim that can be recomputed holds{status}{trust}"

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        """Return the table that Jupyter shows."""
        from planner.results.html import table

        rows = [(v.code, v.constraint, v.where, v.amount, v.unit) for v in self.violations]
        return table(("violation", "claim", "where", "amount", "unit"), rows, self.summary)
