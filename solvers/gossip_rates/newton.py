"""Condensed Newton: exact rates for networks of up to some thousand edges."""

import math
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.certificate import MessagesCertificate, ReferenceCertificate
from planner.models.gossip_rates.figures import figures, radius, total_resistance
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.clocks import first_calls, stretched
from planner.solvers.gossip_rates.deadline import Deadline, recheck_seconds
from planner.solvers.gossip_rates.interior import follow
from planner.solvers.gossip_rates.limits import limit_rows
from planner.solvers.gossip_rates.polish import polished
from planner.solvers.gossip_rates.programmes import FULL, Model, scaled, synchronous
from planner.solvers.gossip_rates.proofs import Proof, certificate, rates

MOST_EDGES = 5_000
ACCURACY = 1e-8
"""Relative gap at which it ends; rounding spoils what lies far below."""
NEAR = 1e-2
"""Relative distance from the optimum beyond which nobody asks for rates and proofs."""
PATIENCE = 4
"""Steps without a better bound after which rounding has won."""
SYNCHRONOUS = ("fdla", "fmmc")
MAXIMISED = ("fastest_mixing", "gradient_rate")


def refuses(instance: GossipRates) -> str | None:
    """Return why Newton's method is not for an instance, or `None`."""
    view = instance.view
    if view.objective == "edge_selection":
        return "choosing edges is for `select_edges`"
    if view.is_matching:
        return "rounds of matchings are for `matching_rounds`"
    most = MOST_EDGES if view.clock is None else MOST_EDGES // 2
    if view.edges > most:
        return f"there are {view.edges:,} edges, more than {most:,}"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best rates with points and multipliers that prove them."""
    view = instance.view
    if (nothing := infeasible(instance)) is not None:
        return nothing
    model = synchronous(view) if view.objective in SYNCHRONOUS else scaled(view)
    assert model is not None, "infeasible() found the least rates within the limits"
    found = optimise(view, model, run)
    notes: tuple[str, ...] = ()
    if view.objective == "fewest_messages":
        notes = ("The bound is for plans that keep every edge; `prune` may drop some.",)
    return Answer(
        plan=RatesPlan(rate=found.rate, calls=found.calls),
        certificate=found.proof,
        stopped_by=found.stopped_by if found.is_open(run.budget.gap) else None,
        notes=notes,
    )


@dataclass(slots=True)
class Found:
    """The best so far: rates, what the point says they are worth, and a certificate."""

    rate: FloatArray
    worth: float
    proof: Proof | None
    calls: FloatArray = field(default_factory=lambda: np.zeros(0))
    """Calls of the first end of each edge, where workers have clocks."""
    stopped_by: StopReason | None = None

    def offer(self, rate: FloatArray, calls: FloatArray, worth: float | None, sign: float) -> None:
        """Keep the rates if they are better; `sign` is -1 where more is better."""
        if worth is not None and not sign * worth >= sign * self.worth:
            self.rate, self.calls, self.worth = rate, calls, worth

    def is_open(self, gap: float) -> bool:
        """Return whether the relative gap is larger."""
        return self.gap() > gap

    def gap(self) -> float:
        """Return the relative gap, infinity without a bound."""
        if self.proof is None:
            return math.inf
        if self.proof.value == 0:
            return 0.0 if self.worth == 0 else math.inf
        return abs(self.worth - self.proof.value) / abs(self.proof.value)


def optimise(
    view: View,
    model: Model,
    run: Run,
    sets: tuple[IntArray, ...] = (),
    *,
    quiet: bool = False,
    prove: bool = True,
) -> Found:
    """Return the best rates and the best certificate on the way to the optimum.

    Without `prove` it ends where the multipliers say that the gap is small enough.
    """
    best = Found(rates(view, model, model.programme.start), math.nan, None)
    accuracy = max(ACCURACY, 0.1 * run.budget.gap)
    sign, idle = (-1.0 if view.objective in MAXIMISED else 1.0), 0
    count = sum(cone.size for cone in model.programme.cones)
    end = Deadline(run, recheck_seconds(view))

    def watch(z: FloatArray, mu: float) -> bool:
        nonlocal idle
        stopping, left = end.is_late(), mu * count / abs(float(z[-1]))
        if stopping:
            best.stopped_by = end.ended_by
        if (quiet or not prove) and left > NEAR and not stopping:
            return False
        rate, calls = rates_at(view, model, z, sets)
        worth = worth_of(view, rate)
        best.offer(rate, calls, worth, sign)
        if not prove:
            return left <= run.budget.gap or stopping
        idle += 1
        proof = certificate(view, model, z, sets)
        if proof is not None and (
            best.proof is None or sign * (proof.value - best.proof.value) > 0
        ):
            best.proof, idle = proof, 0
        if not quiet:
            bound = None if best.proof is None else best.proof.value
            plan = RatesPlan(rate=best.rate, calls=best.calls)
            answer = Answer(plan=plan, certificate=best.proof)
            worth = None if math.isnan(best.worth) else best.worth
            run.report("newton", answer=answer, objective=worth, bound=bound)
        lost = idle > PATIENCE and left < 1e-6
        return best.gap() <= accuracy or lost or stopping

    with blas_threads(run.budget.workers):
        last = follow(model.programme, watch)
    if math.isnan(best.worth):
        best.rate, best.calls = rates_at(view, model, last, sets)
        best.worth = worth_of(view, best.rate) or math.nan
    if prove and best.gap() > accuracy:
        _mend(view, best, (certificate(view, model, last, sets), best.proof), sets, run)
    return best


def _mend(
    view: View,
    best: Found,
    proofs: tuple[Proof | None, ...],
    sets: tuple[IntArray, ...],
    run: Run,
) -> None:
    """Better the reference rates of proofs, and take them for a plan where they make one."""
    sign = -1.0 if view.objective in MAXIMISED else 1.0
    for proof in proofs:
        if best.proof is None or not isinstance(proof, MessagesCertificate | ReferenceCertificate):
            continue
        mended = polished(view, proof, lambda: run.stopping() is not None)
        if sign * (mended.value - best.proof.value) > 0:
            best.proof = mended
        # A reference does not say who calls whom, and need not keep least rates.
        is_plan = isinstance(mended, ReferenceCertificate) and view.clock is None
        if is_plan and not view.least.any():
            rate = stretch(view, mended.reference, sets)
            best.offer(rate, best.calls, worth_of(view, rate), sign)


def worth_of(view: View, rate: FloatArray) -> float | None:
    """Return the objective of rates on every edge, as the evaluation finds it."""
    if view.objective in SYNCHRONOUS:
        return radius(view, rate)
    if view.objective == "total_resistance":
        return total_resistance(view, rate)
    with_resistances = view.objective != "fastest_mixing"
    found = figures(view, rate, view.usable, all_edges=with_resistances)
    if view.objective == "fastest_mixing":
        return found.mixing
    return found.messages if view.objective == "fewest_messages" else found.gradient_rate


def rates_at(
    view: View, model: Model, z: FloatArray, sets: tuple[IntArray, ...] = ()
) -> tuple[FloatArray, FloatArray]:
    """Return the rates of a point, scaled to the limits, and calls where workers have clocks."""
    rate = rates(view, model, z)
    if view.clock is None:
        return stretch(view, rate, sets), np.zeros(0)
    return stretched(view, rate, first_calls(view, model.used, z / z[-1]))


def stretch(view: View, rate: FloatArray, sets: tuple[IntArray, ...] = ()) -> FloatArray:
    """Return the rates scaled to the first limit that they reach; weights stay as they are.

    What they are above the least rates is scaled, so that these hold.
    """
    if view.objective in SYNCHRONOUS:
        return rate
    excess, rows = np.maximum(rate - view.least, 0.0), limit_rows(view, sets)
    excess[view.most - view.least <= FULL * view.most] = 0.0
    for row in rows:
        if row.weight @ view.least >= 1 - FULL:
            excess[row.weight > 0] = 0.0
    room = [1 - float(row.weight @ view.least) for row in rows]
    need = [float(row.weight @ excess) for row in rows]
    capped = (excess > 0) & (view.most < np.finfo(np.float64).max)
    room += (view.most - view.least)[capped].tolist()
    need += excess[capped].tolist()
    reach = [a / b for a, b in zip(room, need, strict=True) if b > 0]
    return view.least + min(reach, default=1.0) * excess
