"""Whether frameworks can run a plan, and what the nearest plan they can run loses."""

from dataclasses import dataclass, replace

from planner.models.hierarchical_sharding.candidates import framework_plans
from planner.models.hierarchical_sharding.capabilities import FRAMEWORKS, refusal
from planner.models.hierarchical_sharding.evaluate import evaluate, shares_of
from planner.models.hierarchical_sharding.front import Front, empty
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import ShardingPlan, UniformPlan
from planner.models.hierarchical_sharding.search import Space, has_uniform_plans
from planner.models.hierarchical_sharding.view import View


@dataclass(frozen=True, slots=True)
class Nearest:
    """The plan of a framework that comes nearest to a plan, and what it loses."""

    plan: ShardingPlan
    time: float
    """Its objective, in seconds."""
    memory: float
    """Bytes per device."""
    lost_time: float
    """Seconds more than the plan takes."""
    lost_memory: float
    """Bytes more than the plan takes; negative where it takes less."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a framework makes of a plan."""

    framework: str
    refusal: str | None
    """Why it cannot run the plan; `None` if it can."""
    nearest: Nearest | None
    """The plan itself if it can, else its best plan within the memory limit; `None` if it has none
    that fits, see `reason`."""
    reason: str | None
    """Why there is no nearest plan."""

    @property
    def expressible(self) -> bool:
        """Whether the framework can run the plan."""
        return self.refusal is None


def verdicts(instance: HierarchicalSharding, plan: ShardingPlan) -> tuple[Verdict, ...]:
    """Return the verdict of every framework on a plan that fits the machine."""
    costs = _costs(instance, plan)
    return tuple(_verdict(instance, name, plan, costs) for name in FRAMEWORKS)


def verdict(instance: HierarchicalSharding, framework: str, plan: ShardingPlan) -> Verdict:
    """Return whether a framework can run a plan, and the nearest plan that it can.

    The nearest plan is the optimum of the instance among the plans of the framework: fastest
    within the memory limit, smallest among equals, with the bits and kept gathers of the policy.
    Raises `ValueError` for a plan that does not fit the machine.
    """
    return _verdict(instance, framework, plan, _costs(instance, plan))


def _verdict(
    instance: HierarchicalSharding, framework: str, plan: ShardingPlan, costs: tuple[float, float]
) -> Verdict:
    refused = refusal(instance.view, framework, shares_of(instance.view, plan))
    if refused is None:
        return Verdict(framework, None, Nearest(plan, *costs, 0.0, 0.0), None)
    nearest, reason = _nearest(instance.view, framework)
    if nearest is None:
        return Verdict(framework, refused, None, reason)
    time, memory = _costs(instance, nearest)
    loss = Nearest(nearest, time, memory, time - costs[0], memory - costs[1])
    return Verdict(framework, refused, loss, None)


def _costs(instance: HierarchicalSharding, plan: ShardingPlan) -> tuple[float, float]:
    time, memory = (objective.value for objective in evaluate(instance, plan).objectives)
    if time is None or memory is None:
        raise ValueError("the plan does not fit the machine")
    return time, memory


def _nearest(view: View, framework: str) -> tuple[UniformPlan | None, str | None]:
    if not has_uniform_plans(view):
        return None, "classes share their state over different devices"
    space, front = Space(replace(view, frameworks=(framework,))), empty()
    plans = framework_plans(space.vectors, framework, secondary=view.secondary)
    for number, variant in enumerate(space.variants):
        front = front.merge(*space.costs(plans, variant), 0, number)
    place = front.within(view.memory)
    if place is None:
        return None, _nothing(front, framework)
    row = int(front.plan[place])
    chosen = space.variants[int(front.variant[place])]
    return space.plan_of(plans.take(slice(row, row + 1)), chosen), None


def _nothing(front: Front, framework: str) -> str:
    if not len(front):
        return f"no plan of {framework} keeps to the policy"
    return f"every plan of {framework} takes at least {front.memory[0] / 1e9:.6g} GB of memory"
