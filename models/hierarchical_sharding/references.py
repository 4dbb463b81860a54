"""Faults that concern the machine, the model and the policy together."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.models.base.errors import Issue
from planner.models.hierarchical_sharding.experts import expert_split
from planner.models.hierarchical_sharding.machine import compile_machine

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding


def check_references(instance: "HierarchicalSharding") -> Iterator[Issue]:
    """Yield faults: units, expert groups that do not fit, collectives of a torus, rates."""
    machine = compile_machine(instance.topology, instance.training.collectives)
    if instance.is_normalised:
        message = "this problem adds times and memory in seconds and bytes"
        fix = "Remove `units: normalised` and give every value its unit."
        yield Issue(code="units-needed", loc=("units",), message=message, fix=fix)
    for place, layer in enumerate(instance.model.classes):
        if expert_split(machine.fanout, layer.expert_parallel) is None:
            message = f"{layer.expert_parallel} does not divide the levels from the innermost out"
            fix = "Give a product of fanouts from the innermost level, times a divisor of the next."
            loc = ("model", "classes", place, "expert_parallel")
            yield Issue(code="expert-parallel", loc=loc, message=message, fix=fix)
    if len({layer.expert_parallel for layer in instance.model.layers()}) > 1 and not (
        instance.policy.mixed
    ):
        message = "classes share their state over different devices, so no sharding fits them all"
        fix = "Allow shardings of their own with `mixed: true`."
        yield Issue(code="mixed-needed", loc=("policy", "mixed"), message=message, fix=fix)
    if machine.algorithm == "torus" and instance.training.collectives != "sequential":
        message = "a torus uses the rings of all its axes at once"
        fix = "Leave `training.collectives` out."
        where = ("training", "collectives")
        yield Issue(code="collectives-torus", loc=where, message=message, fix=fix)
    rates = [rate for rate in machine.rate.tolist() if rate > 0]
    if any(high > 1e9 * low for low, high in itertools.permutations(rates, 2)):
        message = "the rates of the levels are more than a factor of 1e9 apart"
        fix = "Leave out the level that is never the limit, or mend the unit of a rate."
        yield Issue(code="rates-apart", loc=("topology",), message=message, fix=fix)
