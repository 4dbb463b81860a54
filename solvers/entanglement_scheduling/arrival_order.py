"""First come, first served, with an exact test: a demand is refused only if it cannot be added.

The published pipeline tests with a list scheduler instead and so refuses demands that would fit.
Accepting all that fits is no way to the best schedule: an early demand may keep out better ones.
"""

from dataclasses import replace
from typing import Any

from planner.models.entanglement_scheduling.evaluation.scope import searched
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.entanglement_scheduling.answers import CPSAT, answer_for, unqualified
from planner.solvers.entanglement_scheduling.components import components
from planner.solvers.entanglement_scheduling.greedy import Room
from planner.solvers.entanglement_scheduling.jobs import Job, Jobs, jobs_of
from planner.solvers.entanglement_scheduling.model import Starts, build
from planner.solvers.entanglement_scheduling.prices import Proof, first_proof

_SECONDS = 20.0
"""Longest test of one demand where the run has no limit."""


def solve(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule that admits each demand that fits beside those before it.

    Mandatory demands come first, since a schedule without them is none.
    """
    view = instance.view
    proof = first_proof(view, run)
    if proof.infeasible:
        return Answer(infeasible=True, certificate=proof.certificate)
    queue = Queue(view, run, proof)
    waiting = sorted(queue.jobs.jobs, key=lambda job: (not job.mandatory, job.demand))
    for place, job in enumerate(waiting):
        if run.stopping() is not None:
            break
        queue.offer(job, len(waiting) - place)
        if queue.infeasible:
            return Answer(
                infeasible=True,
                solver=CPSAT,
                solver_scope=searched(view),
                backends=queue.backends,
            )
    proof = unqualified(view, queue.room.starts, proof, run)
    return answer_for(view, queue.room.starts, proof, **queue.told())


class Queue:
    """The demands accepted so far, with a schedule that has all of them."""

    def __init__(self, view: View, run: Run, proof: Proof) -> None:
        self.view, self.run, self.proof = view, run, proof
        self.jobs = jobs_of(view)
        self.room = Room(view)
        self.stopped_by: StopReason | None = None
        self.untested = 0
        self.infeasible = False
        self.backends: dict[str, str] = {}

    def offer(self, job: Job, waiting: int) -> None:
        """Accept a job if there is a schedule with it; `waiting` jobs share what time is left."""
        if self.room.insert(job) or (not self._excluded(job) and self._test(job, waiting)):
            answer = answer_for(self.view, self.room.starts, self.proof)
            self.run.report("arrival", answer=answer, bound=self.proof.bound)

    def told(self) -> dict[str, Any]:
        """Return the fields of the answer that say how the search went."""
        reason = self.run.stopping() or self.stopped_by
        notes = tuple[str, ...]()
        if self.untested:
            notes = (f"{self.untested} demands were refused because their test took too long.",)
        sure = self.run.budget.workers == 1 and reason is None
        return {
            "stopped_by": reason,
            "notes": notes,
            "backends": self.backends,
            "deterministic": sure or not self.backends,
        }

    def _excluded(self, job: Job) -> bool:
        """Return whether one of the accepted jobs is known to exclude another."""
        accepted = self.room.starts.keys()
        return any(
            job.demand in clique and any(each in accepted for each in clique)
            for clique in self.proof.cliques
        )

    def _test(self, job: Job, waiting: int) -> bool:
        """Look for a schedule of all accepted jobs and one more, and keep it."""
        from planner.solvers.engines.cpsat import solve_cpsat
        from planner.solvers.engines.outcome import Status

        part = self._part(job)
        built = build(part, conflicts=self.proof.cliques)
        built.model.clear_objective()
        own = self._own(part)
        built.hint(own, refuse=False)
        remaining = self.run.remaining()
        seconds = _SECONDS if remaining is None else max(0.5, 2 * remaining / (waiting + 1))
        outcome = solve_cpsat(
            built.model, run=self.run, options={"max_time_in_seconds": min(seconds, _SECONDS)}
        )
        self.backends |= outcome.backends
        if outcome.status is Status.UNKNOWN:
            self.untested += 1
            self.stopped_by = outcome.stopped_by
        # Mandatory jobs come first, so that only such ones stand in the way of another.
        self.infeasible = job.mandatory and outcome.status is Status.INFEASIBLE
        if outcome.values is None:
            return False
        found = built.starts(outcome.values)
        for each in own:
            self.room.remove(each)
        for each, (alternative, times) in found.items():
            self.room.put(each, alternative, spread(times, part, self.view))
        return True

    def _part(self, job: Job) -> Jobs:
        """Return the accepted jobs that a new one depends on, all of them mandatory."""
        place = {each.demand: each for each in self.jobs.jobs}
        accepted = [place[each] for each in sorted({*self.room.starts, job.demand})]
        every = self.jobs.some([replace(each, mandatory=True) for each in accepted])
        return next(
            part
            for part in components(every)
            if any(each.demand == job.demand for each in part.jobs)
        )

    def _own(self, part: Jobs) -> Starts:
        mine = {each.demand for each in part.jobs}
        return {each: start for each, start in self.room.starts.items() if each in mine}


def spread(times: tuple[int, ...], part: Jobs, view: View) -> tuple[int, ...]:
    """Return starts of a part's hyperperiod repeated over the whole one."""
    turns = range(0, view.hyperperiod, part.hyperperiod)
    return tuple(turn + time for turn in turns for time in times)
