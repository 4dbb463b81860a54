"""`explain`: what binds a plan, why there is none, and how far the proof reaches, in words."""

from pathlib import Path

from planner.api.solve import solve
from planner.api.sources import InstanceSource, ResultSource, problem_of, stored_result
from planner.models.base.errors import InputError
from planner.models.base.evaluation import Metric, Reason, Violation
from planner.models.base.instance import Instance
from planner.models.base.record import Record
from planner.results.records import Status
from planner.results.result import Result
from planner.results.verify import reload_instance
from planner.results.wording import no_plan, optimal_plan

_PROOFS = {
    "certificate": "a certificate that was re-checked by arithmetic, without a solver",
    "enumeration": "trying all plans, which was repeated without a solver",
}
_STOPS = {
    "time": "the time limit",
    "gap": "the gap that was asked for",
    "interrupt": "an interruption",
    "memory": "a lack of memory",
    "crash": "a crash of the solver",
}


class Explanation(Record):
    """A result in words."""

    problem: str
    name: str
    """Name of the instance."""
    status: Status
    headline: str
    """One sentence: what came out."""
    proof: str
    """One or two sentences: what is proved, and by whom."""
    reasons: tuple[Reason, ...] = ()
    """What binds the plan, what it breaks, or why there is none; the most important first."""

    def __str__(self) -> str:
        lines = [
            f"{reason.constraint} ({reason.where}): {reason.message}" for reason in self.reasons
        ]
        return "\n".join((self.headline, self.proof, *lines))

    def _repr_html_(self) -> str:
        """Return the table that Jupyter shows."""
        from planner.results.html import table

        rows = [(reason.constraint, reason.where, reason.message) for reason in self.reasons]
        return table(("what", "where", "why"), rows, f"{self.headline} {self.proof}")


def explain(
    source: ResultSource | InstanceSource, *, data_dir: str | Path | None = None
) -> Explanation:
    """Say what binds the plan of a result, or why there is none.

    Parameters
    ----------
    source
        A result or the path of its file; or an instance, its path or data, which is solved first.
    data_dir
        Folder of the side-cars of a result's instance; beside the result if not given.

    Raises
    ------
    InputError
        For a file that is neither a result nor an instance, or whose side-cars are missing.
    AuditError
        For a result file that was edited.

    """
    result = _result_of(source)
    reasons = [*result.why, *(_broken(found) for found in result.violations)]
    if result.plan is not None and not result.violations:
        reasons += _hook(result, data_dir)
        reasons += [] if reasons else list(_busiest(result))
    return Explanation(
        problem=result.problem,
        name=result.instance.name,
        status=result.status,
        headline=_headline(result),
        proof=_proof(result),
        reasons=tuple(reasons),
    )


def _result_of(source: ResultSource | InstanceSource) -> Result:
    if isinstance(source, Result):
        return source
    if isinstance(source, str | Path):
        stored = stored_result(Path(source))
        if stored is not None:
            return stored.intact_result()
    return solve(source)


def _hook(result: Result, data_dir: str | Path | None) -> list[Reason]:
    """Return what the problem's own `explain(instance, plan, certificate)` says, if it has one."""
    try:
        instance: Instance = reload_instance(result, data_dir)
    except InputError:
        if data_dir is not None:
            raise
        return []
    hook = getattr(problem_of(instance).model_room(), "explain", None)
    return list(hook(instance, result.plan, result.certificate)) if callable(hook) else []


def _busiest(result: Result) -> list[Reason]:
    """Return the entities that the metrics call busiest."""
    return [
        Reason(
            code="busiest",
            constraint=f"metrics.{name}",
            where=where,
            message=f"This is the {name.replace('_', ' ')} of the plan.",
        )
        for name, value in result.metrics.items()
        if name.startswith("busiest")
        for where in _entities(value)
    ]


def _entities(value: Metric) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [str(each) for each in found[:10] if each is not None]


def _broken(violation: Violation) -> Reason:
    unit = "" if violation.unit == "1" else f" {violation.unit}"
    amount = "" if violation.amount is None else f" by {violation.amount:.6g}{unit}"
    return Reason(
        code=violation.code,
        constraint=violation.constraint,
        where=violation.where,
        message=f"The plan breaks this limit{amount}.",
    )


def _headline(result: Result) -> str:
    name, objective = result.instance.name, result.objective
    if result.status == "infeasible":
        return f"{name} has {no_plan(result.bound_scope)}."
    if objective is None:
        stop = _STOPS.get(result.stopped_by or "", "its own decision")
        return f"No plan was found for {name}: `{result.method}` was ended by {stop}."
    unit = "" if objective.unit == "1" else f" {objective.unit}"
    value = "unknown" if objective.value is None else f"{objective.value:.10g}{unit}"
    if result.status == "violates_limits":
        return f"The plan of `{result.method}` for {name} breaks limits."
    kind = optimal_plan(result.bound_scope) if result.is_optimal else "a plan"
    return f"{name} has {kind} with {objective.name.replace('_', ' ')} {value}."


def _proof(result: Result) -> str:
    if result.status == "infeasible":
        return (
            "That is proved, and the proof was re-checked without a solver."
            if result.verified
            else "That is the word of a solver, which cannot be re-checked."
        )
    if result.bound is None:
        return "How good a plan could be is not known."
    unit = result.objective.unit if result.objective is not None else "1"
    value = f"{result.bound:.10g}{'' if unit == '1' else f' {unit}'}"
    solver = result.provenance.solver or "a solver"
    proof = _PROOFS.get(result.bound_source or "", f"the word of {solver}, not re-checked")
    reach = ""
    if result.gap is not None and not result.is_optimal:
        reach = f" The plan is within {100 * result.gap:.3g} % of it."
    plan = no_plan(result.bound_scope).capitalize()
    return f"{plan} can be better than {value}: {proof}.{reach}"
