"""What a user should know before running a plan: quantised shards, second copies without use."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.hierarchical_sharding.costs import as_numbers
from planner.models.hierarchical_sharding.divisors import vectors_of
from planner.models.hierarchical_sharding.evaluate import evaluate, shares_of
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.menus import runs
from planner.models.hierarchical_sharding.plan import ShardingPlan, Share, UniformPlan
from planner.models.hierarchical_sharding.view import COLLECTIVES, Layers

VALUES = 8
"""Quantised shards must hold a multiple of so many values (DeepSpeed issue 4386)."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know, with a stable code."""

    code: str
    message: str


def cautions(instance: HierarchicalSharding, plan: ShardingPlan) -> tuple[Caution, ...]:
    """Return what to know about a plan that fits the machine.

    Codes: `quantised-length` (shards that quantising kernels refuse), `copy-one-level` (a second
    copy where all devices hang on one level), `copy-dominated` (the plan without the wider copy is
    as fast and smaller).
    """
    layers = {layer.name: layer for layer in instance.view.layers}
    found: list[Caution] = []
    for share in shares_of(instance.view, plan):
        found += _quantised(layers[share.layer], share)
        found += _one_level(layers[share.layer], share)
    return (*found, *_dominated(instance, plan))


def _quantised(layer: Layers, share: Share) -> Iterator[Caution]:
    s = share.sharding
    running = runs(vectors_of(layer.fanout), as_numbers(vectors_of(layer.fanout), s), s.keep)
    split = {
        "forward": s.parameters,
        "backward": s.secondary,
        "gradients": s.gradients,
        "sync": s.optimizer,
        "update": s.optimizer,
    }
    for name in COLLECTIVES:
        bits, pieces = int(getattr(s.bits, name)), int(np.prod(split[name]))
        if bits == 16 or not running[name][0] or (layer.parameters / pieces) % VALUES == 0:
            continue
        yield Caution(
            "quantised-length",
            f"{name} sends {bits} bits, and {layer.parameters:.15g} parameters of a layer of "
            f"`{layer.name}` in {pieces} pieces are no multiple of {VALUES} values each; pad the "
            "layer, or send 16 bits",
        )


def _one_level(layer: Layers, share: Share) -> Iterator[Caution]:
    s = share.sharding
    if s.secondary != s.parameters and sum(children > 1 for children in layer.fanout) == 1:
        yield Caution(
            "copy-one-level",
            f"`{layer.name}` has a second copy of its parameters, but all devices hang on one "
            "level: split the first copy as far as the second instead",
        )


def _dominated(instance: HierarchicalSharding, plan: ShardingPlan) -> Iterator[Caution]:
    """Compare with the plan whose first copy is split only as far as the second."""
    if not isinstance(plan, UniformPlan) or plan.sharding.secondary == plan.sharding.parameters:
        return
    narrow = plan.sharding.model_copy(update={"parameters": plan.sharding.secondary})
    other = evaluate(instance, plan.model_copy(update={"sharding": narrow}))
    (time, memory), (new_time, new_memory) = (
        [objective.value for objective in found.objectives]
        for found in (evaluate(instance, plan), other)
    )
    if time is None or memory is None or new_time is None or new_memory is None:
        return
    if new_time <= time * (1 + TIE) and new_memory <= memory * (1 + TIE):
        vector = ", ".join(str(entry) for entry in plan.sharding.secondary)
        yield Caution(
            "copy-dominated",
            f"with parameters split by ({vector}) alone, all else equal, the step takes "
            f"{new_time:.6g} s instead of {time:.6g} s and {new_memory / 1e9:.6g} GB instead of "
            f"{memory / 1e9:.6g} GB",
        )
