"""Complete enumeration of small steps: every way to place whole (or equally cut) flows.

Flows are placed one after another, the largest first. After each flow all load vectors that can be
reached are kept, except those that are no better than a plan already known, those that only swap
identical spines, and repeated ones. None of these can hide a better plan.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import COMBINATORIAL, lower
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.proofs.degree import degree_bound
from planner.models.flow_splitting.proofs.options import Options, options_of
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import Step, leaf_demand
from planner.models.flow_splitting.view import View

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting

NUMBERS = 8_000_000
"""Most load figures held at a time; larger steps are not enumerated."""
WORK = 100_000_000
"""Most load figures computed for one step, all its flows together; a few seconds."""
TIE = 1e-13
"""A plan that is better by less than this, relative to the known one, is not looked for."""


def optimum(instance: "FlowSplitting") -> float | None:
    """Return the optimal objective of a small instance, or `None` where it is not known.

    Where flows may be split freely it is known if whole flows, or shares in proportion to the
    rates of the spines, already reach the degree bound.
    """
    view = instance.view
    values = [
        _free_optimum(view, step) if view.splitting == "free" else step_optimum(view, step)
        for step in view.steps
    ]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return math.fsum(step.repeat * value for step, value in zip(view.steps, known, strict=True))


def step_optimum(view: View, step: Step) -> float | None:
    """Return the least time of a step whose flows are whole, or cut equally, by enumeration.

    `None` where the step is too large, where a flow has no path, or where flows are cut freely.
    """
    if view.splitting == "free":
        return None
    options = options_of(view, step, equal_parts=view.splitting == "equal")
    return None if options is None else _least_time(view, options, nic_time(view, step) or 0.0)


def step_bound(view: View, step: Step) -> float | None:
    """Return what enumeration proves of a step: no plan takes less; `None` as `step_optimum`.

    That is the optimum, less what plans may be better by without being looked for, and less the
    rounding errors of adding up the flows of a link.
    """
    reached = step_optimum(view, step)
    return None if reached is None else lower(reached * (1 - TIE), len(step.traffic) + 8)


def _least_time(view: View, options: Options, nic: float) -> float | None:
    best = max(nic, _greedy_time(options))
    canonical = _spine_sorter(view.fabric, options) if view.fabric is not None else np.asarray
    states, work = np.zeros((1, len(options.rate))), 0
    for choices in options.flows:
        if best <= nic:
            break
        figures = len(states) * choices.size
        work += figures
        if figures > NUMBERS or work > WORK:
            return None
        states = (states[:, None, :] + choices).reshape(-1, states.shape[1])
        states = states[_times(states, options) < best * (1 - TIE)]
        states = _distinct(canonical(states))
    if best > nic and len(states):
        best = max(nic, float(_times(states, options).min()))
    return best


def _times(states: FloatArray, options: Options) -> FloatArray:
    times: FloatArray = (states / options.rate).max(axis=1, initial=0.0)
    return times


def _greedy_time(options: Options) -> float:
    """Return the time of placing each flow where the busiest link stays least busy."""
    state = np.zeros(len(options.rate))
    for choices in options.flows:
        state = state + choices[int(_times(state + choices, options).argmin())]
    return float(_times(state[None, :], options)[0])


def _spine_sorter(fabric: Fabric, options: Options) -> Callable[[FloatArray], FloatArray]:
    """Return a function that brings the loads of identical spines into one order.

    Which order does not matter; it follows a weighted sum of the loads of a spine.
    """
    links = fabric.up[:, 0].size
    rates = np.concatenate(
        [
            side.transpose(1, 0, 2).reshape(fabric.spines, links)
            for side in (fabric.up, fabric.down)
        ],
        axis=1,
    )
    _, kind = np.unique(rates, axis=0, return_inverse=True)
    groups = [np.flatnonzero(kind == number) for number in range(int(kind.max()) + 1)]
    weight = np.random.default_rng(0).random(2 * links)

    def canonical(states: FloatArray) -> FloatArray:
        blocks = states.reshape(len(states), fabric.spines, 2 * links)
        ordered = blocks.copy()
        for group in groups:
            ranks = np.argsort(blocks[:, group] @ weight, axis=1, kind="stable")
            ordered[:, group] = np.take_along_axis(blocks[:, group], ranks[:, :, None], axis=1)
        return ordered.reshape(states.shape)

    return canonical


def _distinct(states: FloatArray) -> FloatArray:
    """Return the states without repeated ones; some may be missed, none is lost."""
    if len(states) < 2:
        return states
    weight = np.random.default_rng(1).random(states.shape[1])
    ordered: FloatArray = states[np.argsort(states @ weight, kind="stable")]
    new = np.flatnonzero((ordered[1:] != ordered[:-1]).any(axis=1)) + 1
    kept: FloatArray = ordered[np.concatenate([[0], new])]
    return kept


def _free_optimum(view: View, step: Step) -> float | None:
    """Return the optimum of a freely split step where a simple plan reaches the degree bound."""
    least = degree_bound(view, step)
    times = []
    if view.fabric is not None and view.fabric.leaves**2 * view.fabric.spines <= NUMBERS:
        times.append(_proportional_time(view.fabric, step))
    options = options_of(view, step, equal_parts=False)
    whole = None if options is None else _least_time(view, options, 0.0)
    times += [] if whole is None else [whole]
    reached = [max(time, nic_time(view, step) or 0.0) for time in times]
    return next((time for time in reached if time <= least * (1 + COMBINATORIAL)), None)


def _proportional_time(fabric: Fabric, step: Step) -> float:
    """Return the time of splitting every flow by the slower rates of its pair on each spine."""
    demand = leaf_demand(step.traffic, fabric.leaves)
    narrow = np.minimum(fabric.up_total[:, None, :], fabric.down_total[None, :, :])
    total = narrow.sum(axis=2, keepdims=True)
    if (total[demand > 0] == 0).any():
        return math.inf
    amounts = demand[:, :, None] * narrow / np.where(total > 0, total, 1.0)
    times = [
        np.divide(load, rate, out=np.zeros_like(load), where=rate > 0).max(initial=0.0)
        for load, rate in (
            (amounts.sum(axis=1), fabric.up_total),
            (amounts.sum(axis=0), fabric.down_total),
        )
    ]
    return float(max(times))
