"""The best placement of whole flows, by CP-SAT.

Identical flows are counted, numbers are whole and exact, spines that can change places are
ordered, and the search starts from the best plan known. It ends when the plan meets a bound.
"""

from typing import Any

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import lower
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.exact import assignment
from planner.solvers.flow_splitting.exact.assignment import Finding, Question, solve_whole
from planner.solvers.flow_splitting.exact.reading import add_hint, read_parts
from planner.solvers.flow_splitting.exact.whole_model import build_model

CHOICES = 200_000
"""Most choices of flow and spine in a step."""


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    return assignment.refuses(instance, CHOICES)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the best plan of whole flows, and what proves it."""
    return solve_whole(instance, run, _search, "CP-SAT", refuses(instance))


def _search(question: Question, run: Run) -> Finding:
    from planner.solvers.engines.cpsat import solve_cpsat

    whole = build_model(question.lots, question.fabric, question.floor)
    if whole is None:
        return Finding()
    add_hint(whole, question.fabric, question.start)
    options: dict[str, Any] = {}
    if question.seconds is not None:
        options["max_time_in_seconds"] = question.seconds

    def on_solution(values: FloatArray, objective: float, bound: float | None) -> None:
        question.on_plan(read_parts(whole, question.fabric, values))

    def to_time(bound: float) -> float:
        return lower(bound * whole.scale.shrink, 4)

    outcome = solve_cpsat(
        whole.model,
        run=run,
        scale=1.0 / whole.scale.unit,
        on_solution=on_solution,
        on_bound=lambda bound: question.on_bound(to_time(bound)),
        options=options,
    )
    stopped_by = outcome.stopped_by
    if stopped_by == "interrupt" and run.stopping() is None and question.seconds is not None:
        stopped_by = "time"
    values = outcome.values
    return Finding(
        parts=None if values is None else read_parts(whole, question.fabric, values),
        bound=None if outcome.bound is None else to_time(outcome.bound),
        stopped_by=stopped_by,
        backends=outcome.backends,
        is_deterministic=run.budget.workers == 1,
    )
