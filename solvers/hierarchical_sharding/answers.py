"""What every method answers: the plan with its objective and the best proof at hand."""

from collections.abc import Callable

from planner.models.base.evaluation import Reason
from planner.models.hierarchical_sharding.certificate import (
    FloorCertificate,
    MemoryCertificate,
    ShardingCertificate,
)
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.floor import floor
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.optimum import certify, find_optimum, why_not
from planner.models.hierarchical_sharding.plan import ShardingPlan
from planner.models.hierarchical_sharding.smallest import is_too_big, memory_reason, smallest_memory
from planner.models.hierarchical_sharding.view import View
from planner.solvers.contract import Answer, Run


def infeasible(view: View) -> Answer | None:
    """Return the proof that nothing fits the memory, or `None` if something does."""
    if not is_too_big(view):
        return None
    reasons: tuple[Reason, ...] = (memory_reason(view),)
    proof = MemoryCertificate(smallest=smallest_memory(view).total)
    return Answer(infeasible=True, certificate=proof, reasons=reasons)


def best_proof(view: View, stop: Callable[[], bool]) -> ShardingCertificate | None:
    """Return the strongest certificate that needs no solver, or `None`."""
    if not view.mixed and why_not(view) is None:
        found = find_optimum(view, stop)
        if found is not None and found.place is not None:
            return certify(found)
    value = floor(view)
    return None if value is None else FloorCertificate(value=value)


def answer_with(
    instance: HierarchicalSharding, run: Run, plan: ShardingPlan, *notes: str
) -> Answer:
    """Return the answer for a plan from elsewhere (a baseline), with the best proof."""
    value = evaluate(instance, plan).objective.value
    proof = best_proof(instance.view, lambda: run.stopping() is not None)
    return Answer(plan=plan, objective=value, certificate=proof, notes=notes)
