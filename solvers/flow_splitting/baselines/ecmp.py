"""ECMP: a hash of its header decides the path of every flow.

On leaf-spine fabrics the hash is drawn many times; the plan is the first draw, and the statistics
say what to expect. The option `subflows` cuts every flow into equal sub-flows that are hashed by
themselves (as MP-RDMA does). On graphs traffic splits equally over the shortest paths, counted in
hops, at every node.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import CapabilityError, refuse
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Answer, Run, Spread, StopReason
from planner.solvers.flow_splitting.answer import answer_for, completion_time, simple_proofs
from planner.solvers.flow_splitting.baselines.hashing import (
    Hash,
    draw_plan,
    draw_times,
    hash_of,
)
from planner.solvers.flow_splitting.baselines.hop_count import hop_count_plan
from planner.solvers.flow_splitting.explicit import busiest_time, explicit_plan, listed
from planner.solvers.flow_splitting.reach import unreachable_answer
from planner.solvers.flow_splitting.stepwise import cannot_list

DRAWS = 2_000
"""Draws unless the option `draws` says otherwise."""
BATCH = 100
"""Draws between two looks at the clock at most; fewer where a draw takes long."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why flows cannot be hashed one by one, or `None`."""
    if instance.view.network is None:
        return cannot_list(instance)
    if instance.view.splitting == "free":
        return None
    return f"on graphs every node splits traffic, and splitting is `{instance.view.splitting}`"


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the first draw with statistics over all draws; on graphs the equal split.

    Options: `draws` (at least 1) and `subflows` (at least 1).
    """
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    draws, subflows = _option(run, "draws", DRAWS), _option(run, "subflows", 1)
    if (reason := refuses(instance)) is not None:
        raise CapabilityError(reason)
    if instance.view.fabric is None:
        return _on_graph(instance)
    return _on_fabric(instance, instance.view.fabric, run, draws, subflows)


def _option(run: Run, name: str, default: int) -> int:
    value = run.options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        message = f"{value!r} is not a number of {name}"
        raise refuse("option-value", message, "Give a whole number, at least 1.", f"options.{name}")
    return value


def _on_graph(instance: FlowSplitting) -> Answer:
    view = instance.view
    flows = view.steps[0].traffic
    if view.network is None or not isinstance(flows, Flows):
        raise CapabilityError("a graph has listed flows")
    plan, utilisation = hop_count_plan(view.network, flows)
    return answer_for(instance, plan, simple_proofs(view), objective=utilisation)


def _on_fabric(
    instance: FlowSplitting, fabric: Fabric, run: Run, draws: int, subflows: int
) -> Answer:
    view, rng = instance.view, run.rng("ecmp")
    all_flows = [listed(step) for step in view.steps]
    hashes = [hash_of(fabric, flows, subflows) for flows in all_flows]
    steps = [draw_plan(hashed, rng) for hashed in hashes]
    first = [
        busiest_time(fabric, flows, parts) for flows, parts in zip(all_flows, steps, strict=True)
    ]
    thetas, stopped_by = _more_draws(np.array([first]), hashes, draws, run, rng)
    objective = completion_time(view, first)
    return answer_for(
        instance,
        explicit_plan(fabric, steps),
        simple_proofs(view),
        objective=objective,
        statistics=_statistics(instance, thetas, run.seed),
        stopped_by=stopped_by,
        deterministic=stopped_by is None,
    )


def _more_draws(
    thetas: FloatArray, hashes: list[Hash], draws: int, run: Run, rng: np.random.Generator
) -> tuple[FloatArray, StopReason | None]:
    """Return theta[draw, step] of all draws, and what stopped them early."""
    most = min(BATCH, *(hashed.at_once for hashed in hashes))
    while len(thetas) < draws:
        if (reason := run.stopping()) is not None:
            return thetas, reason
        batch = min(most, draws - len(thetas))
        columns = [draw_times(hashed, batch, rng) for hashed in hashes]
        thetas = np.concatenate([thetas, np.column_stack(columns)])
        run.report(f"{len(thetas)} of {draws} draws")
    return thetas, None


def _statistics(instance: FlowSplitting, thetas: FloatArray, seed: int) -> dict[str, Spread]:
    """Return the spread of the completion time and, where NICs have a rate, of the load ratio."""
    view = instance.view
    repeat = np.array([step.repeat for step in view.steps], dtype=np.float64)
    nic = np.array([nic_time(view, step) or 0.0 for step in view.steps])
    spreads = {"completion_time": _spread(np.maximum(thetas, nic) @ repeat, seed)}
    if (nic @ repeat) > 0:
        spreads["load_ratio"] = _spread(thetas @ repeat / (nic @ repeat), seed)
    return spreads


def _spread(values: FloatArray, seed: int) -> Spread:
    low, high = np.quantile(values, [0.05, 0.95])
    deviation = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return Spread(
        mean=float(values.mean()),
        p5=float(low),
        p95=float(high),
        stderr=deviation / len(values) ** 0.5,
        draws=len(values),
        seed=seed,
    )
