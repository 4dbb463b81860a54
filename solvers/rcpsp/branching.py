"""Small projects: every way to resolve resource conflicts, in a search that the check repeats."""

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.bounds import best_bound
from planner.models.rcpsp.certificate import ExhaustedCertificate, ExhaustiveProof, Proof
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.search import LARGEST, search
from planner.models.rcpsp.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.rcpsp.answers import answer_for, impossible


def refuses(instance: Rcpsp) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    if instance.view.activities > LARGEST:
        return f"it takes up to {LARGEST} activities; `cpsat` takes any number"
    return None


def solve(instance: Rcpsp, run: Run) -> Answer:
    """Return the best schedule: each must be shorter than the last, until there is none."""
    view = instance.view
    none = impossible(view)
    if none is not None:
        return none
    start: IntArray | None = None
    while run.stopping() is None:
        horizon = None if start is None else _makespan(view, start) - 1
        found = search(view, horizon)
        if found.start is None:
            return _end(view, start, found.is_complete)
        start = found.start
        run.report("search", answer=answer_for(view, start, None))
        proved = best_bound(view, _makespan(view, start))
        if proved[0] >= _makespan(view, start):
            return answer_for(view, start, proved)
    return answer_for(view, start, best_bound(view, 0), stopped_by=run.stopping())


def exhaustive_proof(view: View, value: int) -> tuple[int, Proof] | None:
    """Return the proof that no makespan is below `value`, if a short search gives it."""
    if view.activities > LARGEST:
        return None
    found = search(view, value - 1)
    return (value, ExhaustiveProof()) if found.is_complete and found.start is None else None


def exhausted(view: View) -> Answer | None:
    """Return the answer that there is no plan, if a short search proves it."""
    if view.activities > LARGEST:
        return None
    found = search(view, None)
    if not found.is_complete or found.start is not None:
        return None
    return Answer(certificate=ExhaustedCertificate(), infeasible=True)


def _makespan(view: View, start: IntArray) -> int:
    return int((start + view.duration).max())


def _end(view: View, start: IntArray | None, is_complete: bool) -> Answer:
    notes = () if is_complete else ("The search was given up after its largest number of steps.",)
    if start is None:
        if is_complete:
            return Answer(certificate=ExhaustedCertificate(), infeasible=True)
        return answer_for(view, None, best_bound(view, 0), notes=notes)
    if is_complete:
        return answer_for(view, start, (_makespan(view, start), ExhaustiveProof()))
    return answer_for(view, start, best_bound(view, _makespan(view, start)), notes=notes)
