"""Part by part: a strictly periodic schedule first, then one that uses the windows.

Limits are shared by the parts; what a part leaves over goes to those after it, which are larger.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from planner.models.base.arrays import FloatArray
from planner.models.base.artefacts import Certificate
from planner.models.entanglement_scheduling.evaluation.scope import searched
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.engines.outcome import CLOSED
from planner.solvers.entanglement_scheduling.answers import (
    CPSAT,
    answer_for,
    enumerated,
    unqualified,
    worth_of,
)
from planner.solvers.entanglement_scheduling.branching import prove
from planner.solvers.entanglement_scheduling.components import components
from planner.solvers.entanglement_scheduling.greedy import by_density, first_schedule
from planner.solvers.entanglement_scheduling.jobs import Jobs, jobs_of
from planner.solvers.entanglement_scheduling.model import Built, Starts, build
from planner.solvers.entanglement_scheduling.prices import Proof, first_proof

STRICT_SECONDS = 4.0
"""Longest search for a strictly periodic schedule where another one follows."""
PROOF_SECONDS = 10.0
"""Longest search for a proof that the check can repeat; a complete enumeration takes less."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search of one part ended with."""

    starts: Starts | None
    bound: float | None
    """In units of the objective; `None` where nothing is known."""
    infeasible: bool = False
    stopped_by: StopReason | None = None
    backends: dict[str, str] | None = None


def solve(instance: EntanglementScheduling, run: Run, *, strict: bool) -> Answer:
    """Return the best schedule found, with the better of the two bounds.

    Parameters
    ----------
    strict
        Whether to look at strictly periodic schedules only.
    """
    view = instance.view
    proof = first_proof(view, run)
    if proof.infeasible:
        return Answer(infeasible=True, certificate=proof.certificate)
    jobs = jobs_of(view)
    board = Board(view, run, proof, first_schedule(view, by_density(jobs.jobs), run.stopping))
    parts = components(jobs)
    ends: list[Found] = []
    for place, part in enumerate(parts):
        rest = sum(each.repetitions for each in parts[place:])
        seconds = _share(run, part.repetitions / rest)
        end = search(part, board, run, strict=strict, seconds=seconds)
        ends.append(end)
        if end.infeasible:
            return _no_schedule(instance, end, exact=not strict or is_periodic(jobs))
        if end.starts is not None:
            board.put(part, end.starts)
        if run.stopping() is not None:
            break
    complete = len(ends) == len(parts) and (not strict or is_periodic(jobs))
    return _finish(instance, board, jobs, ends, complete=complete)


def is_periodic(jobs: Jobs) -> bool:
    """Return whether every schedule is strictly periodic."""
    return all(job.jitter == 0 or job.period == jobs.hyperperiod for job in jobs.jobs)


class Board:
    """The best schedule so far, of all parts together."""

    def __init__(self, view: View, run: Run, proof: Proof, starts: Starts) -> None:
        self.view, self.run, self.proof, self.starts = view, run, proof, dict(starts)
        self.tell("insertion")

    def put(self, part: Jobs, starts: Starts) -> None:
        """Replace what is admitted of a part."""
        for job in part.jobs:
            self.starts.pop(job.demand, None)
        self.starts |= starts

    def own(self, part: Jobs) -> Starts:
        """Return the schedule of a part, over its own hyperperiod."""
        found = {}
        for job in part.jobs:
            if job.demand in self.starts:
                alternative, times = self.starts[job.demand]
                found[job.demand] = (alternative, times[: part.hyperperiod // job.period])
        return found

    def tell(self, phase: str) -> None:
        """Report the schedule and the bound."""
        answer = answer_for(self.view, self.starts, self.proof)
        self.run.report(phase, answer=answer, bound=self.proof.bound)


def search(
    part: Jobs, board: Board, run: Run, *, strict: bool, seconds: float | None = None
) -> Found:
    """Return the best schedule of one part, from the one on the board."""
    known = board.own(part)
    if len(part.jobs) == 1:
        return _alone(part)
    best = known if _serves(part, known) else None
    stages = [True] if strict or is_periodic(part) else [True, False]
    found = Found(best, None)
    for place, stage in enumerate(stages):
        last = place == len(stages) - 1
        limit = seconds
        if not last:
            limit = STRICT_SECONDS if seconds is None else min(STRICT_SECONDS, seconds / 4)
        found = _run_model(part, board, run, found.starts, strict=stage, seconds=limit)
        if run.stopping() is not None:
            return found if last else replace(found, bound=None, infeasible=False)
        if not last:
            found = replace(found, bound=None, infeasible=False)
    return found


def _run_model(
    part: Jobs, board: Board, run: Run, hint: Starts | None, *, strict: bool, seconds: float | None
) -> Found:
    from planner.solvers.engines.cpsat import solve_cpsat
    from planner.solvers.engines.outcome import Status

    built = build(part, strict=strict, conflicts=board.proof.cliques)
    if hint is not None:
        built.hint(hint)
    options: dict[str, Any] = {}
    if seconds is not None:
        options["max_time_in_seconds"] = seconds
    outcome = solve_cpsat(
        built.model,
        run=run,
        scale=part.scale,
        on_solution=_listener(built, part, board, "strict" if strict else "windows"),
        options=options,
    )
    if outcome.status is Status.INFEASIBLE:
        return Found(None, None, infeasible=True, backends=outcome.backends)
    starts = hint
    if outcome.values is not None:
        new = built.starts(outcome.values)
        if hint is None or _better(part, board.view, new, hint):
            starts = new
    return Found(starts, outcome.bound, stopped_by=outcome.stopped_by, backends=outcome.backends)


def _listener(
    built: Built, part: Jobs, board: Board, phase: str
) -> Callable[[FloatArray, float, float | None], None]:
    def told(values: FloatArray, objective: float, bound: float | None) -> None:
        new = built.starts(values)
        old = board.own(part)
        if not _serves(part, old) or _better(part, board.view, new, old):
            board.put(part, new)
            board.tell(phase)

    return told


def _better(part: Jobs, view: View, new: Starts, old: Starts) -> bool:
    sign = -1 if part.minimises else 1
    return sign * worth_of(view, new) > sign * worth_of(view, old)


def _serves(part: Jobs, starts: Starts) -> bool:
    return all(job.demand in starts for job in part.jobs if job.mandatory)


def _alone(part: Jobs) -> Found:
    """Admit the only job of a part, which nothing hinders, from the first slot on."""
    job = part.jobs[0]
    sign = -1 if part.minimises else 1
    best = max(job.ways, key=lambda way: sign * way.value)
    times = tuple(range(0, part.hyperperiod, job.period))
    return Found({job.demand: (best.alternative, times)}, best.value / part.scale)


def _share(run: Run, part: float) -> float | None:
    remaining = run.remaining()
    return None if remaining is None else remaining * part


def _no_schedule(instance: EntanglementScheduling, end: Found, *, exact: bool) -> Answer:
    """Return that the mandatory demands of a part have no schedule, if that was proved."""
    backends = end.backends or {}
    if not exact:
        note = "No strictly periodic schedule has all mandatory demands; `windows` may find one."
        return Answer(backends=backends, notes=(note,))
    certificate = enumerated(instance)
    if certificate is not None and certificate.value is None:
        return Answer(infeasible=True, certificate=certificate, backends=backends)
    return Answer(
        infeasible=True,
        solver=CPSAT,
        solver_scope=searched(instance.view),
        backends=backends,
    )


def _finish(
    instance: EntanglementScheduling, board: Board, jobs: Jobs, ends: list[Found], *, complete: bool
) -> Answer:
    """Return the answer with CP-SAT's bound where it says more than the certificate."""
    view, run = instance.view, board.run
    more: dict[str, Any] = {"deterministic": run.budget.workers == 1}
    stops = [each.stopped_by for each in ends if each.stopped_by is not None]
    more["stopped_by"] = run.stopping() or (stops[0] if stops else None)
    if more["stopped_by"] == "time":
        more["deterministic"] = False
    more["backends"] = {name: v for each in ends for name, v in (each.backends or {}).items()}
    bounds = [each.bound for each in ends]
    known = [each for each in bounds if each is not None]
    proof = board.proof
    if complete and len(known) == len(ends):
        bound, proved = math.fsum(known), proof.bound
        if proved is None or (bound > proved if jobs.minimises else bound < proved):
            again = _repeatable(instance, board, bound, jobs)
            if again is not None:
                proof = replace(proof, certificate=again)
            else:
                more |= {"solver_bound": bound, "solver": CPSAT, "solver_scope": searched(view)}
                more["notes"] = (f"{CPSAT} says that no schedule of {searched(view)} is better.",)
    if proof is board.proof and "solver_bound" not in more:
        proof = unqualified(view, board.starts, proof, run)
    return answer_for(view, board.starts, proof, **more)


def _repeatable(
    instance: EntanglementScheduling, board: Board, bound: float, jobs: Jobs
) -> Certificate | None:
    """Return a proof of CP-SAT's bound that the check can repeat, where one is found soon.

    That takes more than nothing only where the schedule is the best one.
    """
    run, remaining = board.run, board.run.remaining()
    seconds = PROOF_SECONDS if remaining is None else min(PROOF_SECONDS, remaining / 2)
    best = worth_of(board.view, board.starts)
    if run.stopping() is not None or abs(best - bound) > CLOSED * abs(bound):
        return None
    wide = unqualified(board.view, board.starts, board.proof, run)
    if wide is not board.proof:
        return wide.certificate
    if seconds == PROOF_SECONDS:
        found = enumerated(instance)
        if found is not None:
            return found
    return None if jobs.minimises else prove(board.view, best, board.proof.cliques, run, seconds)
