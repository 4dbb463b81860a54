"""Free operation times: protocols are made to measure, and keep their fidelity while they wait.

Swap-only protocols on the shortest paths; no bound on them is known but that on any protocol.
"""

import math
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import Protocol, SchedulePlan
from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.protocols.chain import nodes_on
from planner.models.entanglement_scheduling.protocols.routes import shortest_paths
from planner.models.entanglement_scheduling.protocols.tolerance import reaches
from planner.models.entanglement_scheduling.protocols.trail import length_of
from planner.models.entanglement_scheduling.shape import Quality
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling.jobs import exact, scale_of
from planner.solvers.entanglement_scheduling.operations_model import Builder, protocol_of
from planner.solvers.entanglement_scheduling.prices import Proof, any_protocol

Made = dict[int, tuple[Protocol, int]]
"""Demand -> protocol and slot of its first operation."""


def solve(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the best schedule of swap-only protocols with free operation times."""
    from planner.solvers.engines.cpsat import solve_cpsat

    view = instance.view
    proof = any_protocol(view, run)
    patience = run.options.get("waiting")
    builder = Builder(view, None if patience is None else int(patience))
    for demand in range(len(view.demands)):
        if run.stopping() is not None:
            return Answer(certificate=proof.certificate, stopped_by=run.stopping())
        for links, nodes in _paths(view, demand):
            builder.add(demand, links, nodes)
    model, scale = builder.close(), _aim(builder)

    def told(values: FloatArray, objective: float, bound: float | None) -> None:
        answer = _answer(view, _made(builder, values), proof)
        run.report("operations", answer=answer, bound=proof.bound)

    outcome = solve_cpsat(model, run=run, scale=scale, on_solution=told)
    more: dict[str, Any] = {
        "backends": outcome.backends,
        "stopped_by": outcome.stopped_by,
        "deterministic": run.budget.workers == 1 and outcome.stopped_by is None,
        "notes": ("Every protocol keeps its fidelity with waiting; repetitions are periodic.",),
    }
    made = None if outcome.values is None else _made(builder, outcome.values)
    return _answer(view, made, proof, **more)


def _paths(view: View, demand: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return links and nodes of the paths that a demand may take."""
    want, network = view.demands[demand], view.network
    assert want.source is not None
    assert want.target is not None
    found = shortest_paths(network, want.source, want.target, view.instance.protocols.routes)
    return [(path, tuple(nodes_on(network, list(path), want.source))) for path in found]


def _aim(builder: Builder) -> float:
    """Set the objective; return the whole number that stands for one unit of it."""
    view, model = builder.view, builder.model
    if view.instance.objective == "latency":
        lengths = []
        for chain in builder.chains:
            first = model.new_int_var(0, view.demands[chain.demand].period, "")
            length = model.new_int_var(0, view.demands[chain.demand].period, "")
            model.add_min_equality(first, chain.start)
            model.add(length >= chain.end - first).only_enforce_if(chain.used)
            lengths.append(length)
        model.minimize(sum(lengths))
        return 1.0
    figures = {
        "throughput": [want.rate for want in view.demands],
        "demands": [1.0] * len(view.demands),
        "weight": [want.weight for want in view.demands],
    }[view.instance.objective]
    scale = scale_of(figures)
    model.maximize(
        sum(
            math.ceil(exact(figures[chain.demand]) * scale) * chain.used for chain in builder.chains
        )
    )
    return float(scale)


def _made(builder: Builder, values: FloatArray) -> Made:
    """Return the protocols that the values of all variables admit and that are what they claim."""
    view, found = builder.view, {}
    for chain in builder.chains:
        if values[chain.used.index] > 0.5:
            protocol, first = protocol_of(view, chain, values)
            want = view.demands[chain.demand]
            assert want.source is not None
            assert want.target is not None
            quality = assess(view.network, protocol, want.source, want.target)
            assert want.min_fidelity is not None
            if isinstance(quality, Quality) and reaches(quality.decohered, want.min_fidelity):
                found[chain.demand] = (protocol, first)
    return found


def _answer(view: View, made: Made | None, proof: Proof, **more: Any) -> Answer:
    """Return the plan with one protocol per demand, each a period after the one before."""
    missing = made is None or any(
        want.mandatory and place not in made for place, want in enumerate(view.demands)
    )
    if made is None or missing:
        return Answer(certificate=proof.certificate, **more)
    demand = sorted(made)
    place: dict[Protocol, int] = {}
    column = [place.setdefault(made[each][0], len(place)) for each in demand]
    starts = [np.zeros(0, np.int64)]
    for each in demand:
        starts.append(np.arange(made[each][1], view.hyperperiod, view.period[each]))
    plan = SchedulePlan(
        demand=np.array(demand, dtype=np.int64),
        start=np.concatenate(starts),
        protocol=np.array(column, dtype=np.int64),
        protocols=tuple(place),
    )
    return Answer(
        plan=plan, objective=_objective(view, made), certificate=proof.certificate, **more
    )


def _objective(view: View, made: Made) -> float:
    name = view.instance.objective
    if name == "latency":
        return float(sum(length_of(protocol) for protocol, _ in made.values()))
    if name == "demands":
        return float(len(made))
    wants = [view.demands[each] for each in sorted(made)]
    return math.fsum(want.rate if name == "throughput" else want.weight for want in wants)
