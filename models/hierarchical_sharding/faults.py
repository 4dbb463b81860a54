"""What a plan breaks: the machine, the rules of consistency, or the user's policy."""

from collections.abc import Iterator, Sequence

from planner.models.base.evaluation import Violation
from planner.models.hierarchical_sharding.capabilities import refusal
from planner.models.hierarchical_sharding.plan import Sharding, ShardingPlan, Share
from planner.models.hierarchical_sharding.spending import Spending
from planner.models.hierarchical_sharding.view import COLLECTIVES, Layers, View

STATES = ("secondary", "parameters", "gradients", "optimizer")
"""In the order of the chain: each vector divides the next."""


def plan_faults(view: View, plan: ShardingPlan, shares: Sequence[Share]) -> Iterator[Violation]:
    """Yield what keeps a plan from being read: shapes, chains, layers, the schedule."""
    if plan.schedule >= len(view.schedules):
        where = f"there are {len(view.schedules)} schedules, none with the number {plan.schedule}"
        yield Violation(code="schedule-unknown", constraint="plan.schedule", where=where)
    layers = {layer.name: layer for layer in view.layers}
    counts = dict.fromkeys(layers, 0)
    for place, share in enumerate(shares):
        if share.layer not in layers:
            where = f"the instance has no class `{share.layer}`"
            yield Violation(code="layer-unknown", constraint="plan.shares", where=where)
            continue
        counts[share.layer] += share.count
        yield from _sharding_faults(layers[share.layer], share.sharding, place)
    for name, count in counts.items():
        if count != layers[name].count:
            where = f"`{name}` has {layers[name].count} layers, and {count} have a sharding"
            amount = float(layers[name].count - count)
            yield Violation(
                code="layers-unassigned", constraint="plan.shares", where=where, amount=amount
            )


def _sharding_faults(layer: Layers, sharding: Sharding, place: int) -> Iterator[Violation]:
    label = f"`{layer.name}` (share {place})"
    previous: tuple[int, ...] = (1,) * len(layer.fanout)
    for state in STATES:
        vector = getattr(sharding, state)
        if len(vector) != len(layer.fanout):
            where = f"{label}: {state} has {len(vector)} entries for {len(layer.fanout)} levels"
            yield Violation(code="shards-levels", constraint=f"plan.{state}", where=where)
            return
        for level, (entry, children) in enumerate(zip(vector, layer.fanout, strict=True)):
            if children % entry:
                where = f"{label}: {state} splits {children} children of level {level} by {entry}"
                yield Violation(code="shards-divide", constraint=f"plan.{state}", where=where)
        if any(entry % inner for entry, inner in zip(vector, previous, strict=True)):
            where = f"{label}: {state} {vector} is no multiple of {previous}"
            yield Violation(code="shards-chain", constraint=f"plan.{state}", where=where)
        previous = vector
    if sharding.keep and (
        max(sharding.parameters) == 1 or sharding.secondary != sharding.parameters
    ):
        where = f"{label}: there is nothing gathered to keep, or a second copy beside it"
        yield Violation(code="keep-pointless", constraint="plan.keep", where=where)


def policy_faults(view: View, shares: Sequence[Share], spent: Spending) -> Iterator[Violation]:
    """Yield where a plan does what the instance does not allow."""
    if not view.mixed and len({share.sharding for share in shares}) > 1:
        where = f"{len({share.sharding for share in shares})} different shardings"
        yield Violation(code="mixed-not-allowed", constraint="policy.mixed", where=where)
    for place, share in enumerate(shares):
        s, label = share.sharding, f"`{share.layer}` (share {place})"
        if s.keep not in view.keeps and max(s.parameters) > 1:
            where = f"{label}: gathered parameters are {'' if s.keep else 'not '}kept"
            yield Violation(code="keep-not-allowed", constraint="policy.keep", where=where)
        if s.secondary != s.parameters and not view.secondary:
            yield Violation(
                code="secondary-not-allowed", constraint="policy.secondary", where=label
            )
        for name in COLLECTIVES:
            bits = getattr(s.bits, name)
            if bits not in view.bits(name):
                where = f"{label}: {name} sends {bits} bits"
                yield Violation(
                    code="bits-not-allowed", constraint=f"precision.{name}", where=where
                )
    if "any" not in view.frameworks:
        # One framework has to run the whole plan, however many are allowed.
        found = {name: refusal(view, name, shares) for name in view.frameworks}
        if all(reason is not None for reason in found.values()):
            reasons = "; ".join(f"{name}: {reason}" for name, reason in found.items())
            where = f"none of {', '.join(found)} can express it ({reasons})"
            yield Violation(code="not-expressible", constraint="policy.frameworks", where=where)
    limit = view.communicators
    if limit is not None and len(spent.groups) > limit:
        yield Violation(
            code="communicators-over-limit",
            constraint="limits.communicators",
            where=f"{len(spent.groups)} distinct groups",
            amount=float(len(spent.groups) - limit),
        )
