"""How much two plans differ, for whoever has to roll out the second."""

from collections import Counter

from planner.models.hierarchical_sharding.plan import MixedPlan, ShardingPlan, UniformPlan

STATES = ("parameters", "secondary", "gradients", "optimizer", "keep", "bits")


def changes(old: ShardingPlan, new: ShardingPlan) -> int | None:
    """Return how many parts of `new` are not in `old`; `None` for plans of different kinds.

    Parts are, of uniform plans, the vectors, the keeping of gathers, the bits, and the schedule; of
    mixed plans, the layers with their shardings.
    """
    if isinstance(old, MixedPlan) and isinstance(new, MixedPlan):
        before, after = _layers(old), _layers(new)
        return sum((after - before).values()) + (old.schedule != new.schedule)
    if isinstance(old, UniformPlan) and isinstance(new, UniformPlan):
        one, other = old.sharding, new.sharding
        differing = [name for name in STATES if getattr(one, name) != getattr(other, name)]
        return len(differing) + (old.schedule != new.schedule)
    return None


def _layers(plan: MixedPlan) -> Counter[object]:
    """Return how many layers of each class have each sharding."""
    found: Counter[object] = Counter()
    for share in plan.shares:
        found[share.layer, share.sharding] += share.count
    return found
