"""The plan that goes into a framework's file: the plan itself, or the nearest one if asked for."""

from typing import TYPE_CHECKING

from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.models.hierarchical_sharding.plan import ShardingPlan
    from planner.models.hierarchical_sharding.verdict import Nearest
    from planner.models.hierarchical_sharding.view import View
    from planner.results.result import Result

OPTIONS = {
    "nearest": (
        "`true` writes the nearest plan that the framework can run where it cannot run this one "
        "(default `false`: refuse, and say what the nearest plan loses)"
    )
}


def choose(
    framework: str, result: "Result", instance: "HierarchicalSharding", options: Options
) -> "Nearest":
    """Return the plan that is to be written, with what it loses (nothing if it is the plan).

    Raises `CapabilityError` when there is no plan, or none the framework can run, or when the
    nearest one was not asked for; the message names it and what it loses.
    """
    from planner.models.hierarchical_sharding.verdict import verdict

    plan = plan_of(result, instance)
    found = verdict(instance, framework, plan)
    if found.nearest is None:
        raise CapabilityError(f"{found.refusal}; there is nothing near it: {found.reason}")
    if found.expressible or options.flag("nearest"):
        return found.nearest
    near = describe(found.nearest.plan, instance.view)
    message = f"{found.refusal}. The nearest plan it can run is {near}: {losses(found.nearest)}"
    raise CapabilityError(f"{message}. Write that one with `--option nearest=true`")


def plan_of(result: "Result", instance: "HierarchicalSharding") -> "ShardingPlan":
    """Return the plan of a result; raises `CapabilityError` if there is none that fits."""
    from planner.models.hierarchical_sharding.evaluate import evaluate
    from planner.models.hierarchical_sharding.plan import PLANS

    if not isinstance(result.plan, PLANS):
        raise CapabilityError("the result holds no plan, so there is nothing to export")
    found = evaluate(instance, result.plan)
    if found.objective.value is None:
        message = f"the plan does not fit the machine: {found.violations[0].where}"
        raise CapabilityError(message)
    return result.plan


def losses(found: "Nearest") -> str:
    """Return what a nearest plan takes, and how much more or less than the plan that is."""
    time, memory = found.time - found.lost_time, found.memory - found.lost_memory
    return (
        f"{found.time:.6g} s ({_change(found.lost_time, time)}), "
        f"{found.memory / 1e9:.6g} GB ({_change(found.lost_memory, memory)})"
    )


def describe(plan: "ShardingPlan", view: "View") -> str:
    """Return a plan in one line: how far each state is split, innermost level first."""
    from planner.models.hierarchical_sharding.capabilities import sent_bits
    from planner.models.hierarchical_sharding.evaluate import shares_of

    shares = shares_of(view, plan)
    if len({share.sharding for share in shares}) > 1:
        return f"a mix of {len({share.sharding for share in shares})} shardings"
    s = shares[0].sharding
    parts = [f"parameters {_vector(s.parameters)}"]
    parts += [f"second copy {_vector(s.secondary)}"] if s.secondary != s.parameters else []
    parts += [f"gradients {_vector(s.gradients)}", f"optimizer {_vector(s.optimizer)}"]
    parts += ["gathers kept"] if s.keep else []
    sent = sent_bits(view.layers[0].fanout, s).items()
    low = [f"{name} {bits} bits" for name, bits in sent if bits != 16]
    return ", ".join([*parts, *low, _passes(view.schedules[plan.schedule].microbatches)])


def _vector(entries: tuple[int, ...]) -> str:
    return "x".join(str(entry) for entry in entries)


def _change(lost: float, before: float) -> str:
    return f"{100 * lost / before:+.3g} %" if before else f"{lost:+.3g}"


def _passes(count: int) -> str:
    return "1 micro-batch" if count == 1 else f"{count} micro-batches"
