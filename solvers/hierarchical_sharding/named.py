"""The plans that users know by name."""

import functools

from planner.models.base.errors import CapabilityError
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import Precisions, Sharding, UniformPlan
from planner.models.hierarchical_sharding.search import has_uniform_plans
from planner.models.hierarchical_sharding.view import COLLECTIVES, View
from planner.solvers.contract import Answer, Run
from planner.solvers.hierarchical_sharding.answers import answer_with


def refuses(instance: HierarchicalSharding) -> str | None:
    """Return why one sharding cannot serve the whole model, or `None`."""
    if not has_uniform_plans(instance.view):
        return "classes share their state over different devices"
    return None


def sharding_of(name: str, fanout: tuple[int, ...]) -> Sharding:
    """Return a named sharding on a machine.

    Sources: ZeRO (arXiv 1910.02054), hpZ (ZeRO++, arXiv 2306.10209), MiCS (arXiv 2205.00119),
    three levels (arXiv 2501.04266: weights over the innermost level, gradients over the node,
    optimizer over all). `SHARD_GRAD_OP` of FSDP keeps the parameters after the forward pass.
    """
    one, whole = (1,) * len(fanout), fanout
    node = (*fanout[:-1], 1)
    pair = (fanout[0], *one[1:])
    # Of two levels, the inner one is the pair and all of them the node.
    middle = node if len(fanout) > 2 else whole
    states = {
        "ddp": (one, one, one, one),
        "zero1": (one, one, one, whole),
        "zero2": (one, one, whole, whole),
        "zero3": (whole, whole, whole, whole),
        "shard_grad_op": (whole, whole, whole, whole),
        "hpz": (whole, node, whole, whole),
        "mics": (node, node, node, node),
        "frontier_3level": (pair, pair, middle, whole),
    }[name]
    keep = name == "shard_grad_op" and max(whole) > 1
    p, q, g, o = states
    return Sharding(parameters=p, secondary=q, gradients=g, optimizer=o, keep=keep)


def plan_of(view: View, name: str) -> UniformPlan:
    """Return a named plan, with the first bits allowed and the fewest micro-batches."""
    sharding = sharding_of(name, view.layers[0].fanout)
    bits = Precisions.model_validate({c: view.bits(c)[0] for c in COLLECTIVES})
    schedule = min(range(len(view.schedules)), key=lambda s: view.schedules[s].microbatches)
    return UniformPlan(sharding=sharding.model_copy(update={"bits": bits}), schedule=schedule)


def _solve(name: str, instance: HierarchicalSharding, run: Run) -> Answer:
    if (reason := refuses(instance)) is not None:
        raise CapabilityError(reason)
    return answer_with(instance, run, plan_of(instance.view, name))


# The entries of `METHODS`, which says what each of them is.
ddp = functools.partial(_solve, "ddp")
zero1 = functools.partial(_solve, "zero1")
zero2 = functools.partial(_solve, "zero2")
zero3 = functools.partial(_solve, "zero3")
shard_grad_op = functools.partial(_solve, "shard_grad_op")
hpz = functools.partial(_solve, "hpz")
mics = functools.partial(_solve, "mics")
frontier_3level = functools.partial(_solve, "frontier_3level")
