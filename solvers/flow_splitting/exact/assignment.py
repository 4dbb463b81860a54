"""What exact methods for whole flows have in common: incumbents, proofs and the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import ExplicitPlan
from planner.models.flow_splitting.timing import crosses_fabric
from planner.models.flow_splitting.traffic import Flows, Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.flow_splitting import local_search
from planner.solvers.flow_splitting.answer import completion_time
from planner.solvers.flow_splitting.exact.claims import Claims
from planner.solvers.flow_splitting.exact.lots import Lots, count_choices, fewest_choices, group
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    explicit_plan,
    listed,
    parts_by_step,
)
from planner.solvers.flow_splitting.reach import unreachable_answer
from planner.solvers.flow_splitting.stepwise import cannot_list


@dataclass(frozen=True, eq=False)
class Question:
    """One step for an exact search."""

    lots: Lots
    fabric: Fabric
    floor: float
    """A time below which nothing is gained: proven, or T_nic."""
    start: StepParts
    """A first plan."""
    seconds: float | None
    """How long the search may take."""
    on_plan: Callable[[StepParts], None]
    """Told of each better plan."""
    on_bound: Callable[[float], None]
    """Told of each better bound, which is below the time of every plan."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What an exact search found."""

    parts: StepParts | None = None
    bound: float | None = None
    """No placement of whole flows is faster, says the solver."""
    stopped_by: StopReason | None = None
    backends: Mapping[str, str] = field(default_factory=dict)
    is_deterministic: bool = True


Search = Callable[[Question, Run], Finding]
"""An exact search; it tells of better plans and bounds on the way."""


def refuses(instance: FlowSplitting, most: int) -> str | None:
    """Say why an instance is not for exact search with at most `most` choices per step."""
    reason = cannot_list(instance)
    if reason is not None:
        return reason
    view = instance.view
    if view.splitting != "whole":
        return "it places whole flows; set `workload.splitting` to `whole`, or use `splittable_lp`"
    for step in view.steps:
        if view.fabric is None or not crosses_fabric(step.traffic):
            continue
        if (count := _choices(view.fabric, step, most)) > most:
            return (
                f"step `{step.label}` has at least {count} choices of flow and spine, more than "
                f"{most}; use `local_search`"
            )
    return None


def _choices(fabric: Fabric, step: Step, most: int) -> int:
    """Return how many choices a step has; above `most` no more than that there are too many."""
    if (count := fewest_choices(step.traffic, fabric)) > most:
        return count
    # Every flow has a choice: some show it where there are far too many.
    flows = listed(step)
    if (count := count_choices(group(flows, most), fabric)) > most:
        return count
    return count_choices(group(flows), fabric)


def solve_whole(
    instance: FlowSplitting, run: Run, search: Search, solver: str, refusal: str | None
) -> Answer:
    """Return the answer of an exact search for whole flows, step by step.

    `solver` is the name under which the search's word is given. Raises `CapabilityError` with a
    `refusal`.
    """
    if refusal is not None or instance.view.fabric is None:
        raise CapabilityError(refusal)
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    claims = Claims(instance.view, solver)
    run.report("simple bounds", bound=claims.total())
    start = local_search.solve(instance, run)
    assert isinstance(start.plan, ExplicitPlan)
    state = _State(instance.view, instance.view.fabric, claims, start.plan)
    for number in state.open_steps():
        state.bound_by_lp(number, run)
        state.enumerate(number, run)
        state.search(number, run, search)
    return state.answer(run, is_final=True)


class _State:
    """The best that is known of every step."""

    def __init__(self, view: View, fabric: Fabric, claims: Claims, start: ExplicitPlan) -> None:
        self.view, self.fabric = view, fabric
        self.flows: list[Flows] = [listed(step) for step in view.steps]
        self.claims = claims
        self.parts = parts_by_step(start, len(view.steps))
        self.thetas = [
            busiest_time(fabric, flows, parts)
            for flows, parts in zip(self.flows, self.parts, strict=True)
        ]
        self.stopped_by: StopReason | None = None
        self.backends: dict[str, str] = {}
        self.is_deterministic = True

    def open_steps(self) -> list[int]:
        """Return the steps whose plan does not meet its bound."""
        return [number for number in range(len(self.flows)) if self._is_open(number)]

    def _is_open(self, number: int) -> bool:
        return not self.claims.is_met(number, self.thetas[number])

    def report(self, number: int, run: Run) -> None:
        """Tell listeners the plan and the bound so far."""
        label = self.view.steps[number].label
        run.report(label, answer=self.answer(run), bound=self.claims.total())

    def _accept(self, number: int, parts: StepParts, run: Run) -> None:
        theta = busiest_time(self.fabric, self.flows[number], parts)
        if theta < self.thetas[number]:
            self.parts[number], self.thetas[number] = parts, theta
            self.report(number, run)

    def bound_by_lp(self, number: int, run: Run) -> None:
        """Raise the bound of a step to that of the flow LP."""
        if self._is_open(number) and run.stopping() is None:
            self.claims.raise_by_lp(number, run)
            self.report(number, run)

    def enumerate(self, number: int, run: Run) -> None:
        """Raise the bound of a small step to its optimum."""
        if self._is_open(number) and run.stopping() is None:
            self.claims.raise_by_enumeration(number)

    def search(self, number: int, run: Run, search: Search) -> None:
        """Search a step exactly; the steps that are open share the time that is left."""
        if not self._is_open(number) or run.stopping() is not None:
            return
        remaining = run.remaining()
        waiting = [step for step in self.open_steps() if step >= number]
        question = Question(
            lots=group(self.flows[number]),
            fabric=self.fabric,
            floor=self.claims.least[number],
            start=self.parts[number],
            seconds=None if remaining is None else remaining / len(waiting),
            on_plan=lambda parts: self._accept(number, parts, run),
            on_bound=lambda bound: self._raise(number, bound, run),
        )
        found = search(question, run)
        if found.parts is not None:
            self._accept(number, found.parts, run)
        if found.bound is not None:
            self._raise(number, found.bound, run)
        self.stopped_by = self.stopped_by or found.stopped_by
        self.backends |= found.backends
        self.is_deterministic &= found.is_deterministic

    def _raise(self, number: int, bound: float, run: Run) -> None:
        if bound > self.claims.least[number]:
            self.claims.take_word(number, bound)
            run.report(self.view.steps[number].label, bound=self.claims.total())

    def answer(self, run: Run, *, is_final: bool = False) -> Answer:
        """Return the plan, its proof and the solver's word so far."""
        return self.claims.answer(
            explicit_plan(self.fabric, self.parts),
            completion_time(self.view, self.thetas),
            is_final=is_final,
            stopped_by=(self.stopped_by or run.stopping()) if self.open_steps() else None,
            deterministic=self.is_deterministic,
            backends=self.backends,
        )
