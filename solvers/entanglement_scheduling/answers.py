"""From starts and proofs to the answer of a method."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from planner.models.entanglement_scheduling.certificate import EnumerationCertificate
from planner.models.entanglement_scheduling.check import scope_of_bound
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.models.entanglement_scheduling.evaluation.worth import values
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import Protocol, SchedulePlan
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.outcome import CLOSED, is_closed
from planner.solvers.entanglement_scheduling.model import Starts
from planner.solvers.entanglement_scheduling.prices import Proof, any_protocol

CPSAT = "CP-SAT"


def plan_of(view: View, starts: Starts) -> SchedulePlan:
    """Return the plan; starts of a shorter hyperperiod are repeated over the whole."""
    demand = sorted(starts)
    times = [np.zeros(0, np.int64)]
    for each in demand:
        own = np.array(starts[each][1], dtype=np.int64)
        stretch = len(own) * int(view.period[each])
        turns = np.arange(view.hyperperiod // stretch) * stretch
        times.append((turns[:, None] + own[None]).ravel())
    protocol, protocols = None, tuple[Protocol, ...]()
    if not view.is_rigid:
        place: dict[Protocol, int] = {}
        chosen = [view.offers[each][starts[each][0]].protocol for each in demand]
        protocol = np.array([place.setdefault(each, len(place)) for each in chosen], np.int64)
        protocols = tuple(place)
    return SchedulePlan(
        demand=np.array(demand, dtype=np.int64),
        start=np.concatenate(times),
        protocol=protocol,
        protocols=protocols,
    )


def worth_of(view: View, starts: Starts) -> float:
    """Return the objective of starts."""
    worth = values(view)
    return math.fsum(float(worth[demand][starts[demand][0]]) for demand in sorted(starts))


def answer_for(view: View, starts: Starts | None, proof: Proof, **more: Any) -> Answer:
    """Return the answer of a method; `None` where it has no schedule.

    Demands left out although mandatory make it no schedule. `more` are other fields of `Answer`.
    """
    if starts is not None and not serves(view, starts):
        starts = None
    return Answer(
        plan=None if starts is None else plan_of(view, starts),
        objective=None if starts is None else worth_of(view, starts),
        certificate=proof.certificate,
        **more,
    )


def unqualified(view: View, starts: Starts, proof: Proof, run: Run) -> Proof:
    """Return a proof that speaks of every plan, where one shows as well that a schedule is best.

    A proof that speaks of one class of plans is left as it is where no other closes the gap, and
    where the run is to stop.
    """
    certificate = proof.certificate
    if certificate is not None and scope_of_bound(view, certificate) is None:
        return proof
    if run.stopping() is not None or not serves(view, starts):
        return proof
    wide, gap = any_protocol(view, run), min(run.budget.gap, CLOSED)
    if wide.bound is None or not is_closed(worth_of(view, starts), wide.bound, gap):
        return proof
    return replace(proof, certificate=wide.certificate, bound=wide.bound)


def serves(view: View, starts: Starts) -> bool:
    """Return whether every mandatory demand is admitted."""
    return all(place in starts for place, want in enumerate(view.demands) if want.mandatory)


def enumerated(instance: EntanglementScheduling) -> EnumerationCertificate | None:
    """Return the proof of a tiny instance by trying everything, which the check repeats."""
    found = enumerate_all(instance)
    return None if found is None else EnumerationCertificate(value=found.value)
