"""Re-checks certificates: every bound is computed anew, nothing in them is believed."""

import math
from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import CheckedBound, Violation
from planner.models.base.refusals import certificate_fault, compare_values, refused
from planner.models.base.rounding import COMBINATORIAL
from planner.models.hierarchical_sharding.certificate import (
    EnumerationCertificate,
    FloorCertificate,
    MemoryCertificate,
    MixedCertificate,
    Multipliers,
    PolicyCertificate,
    ShardingCertificate,
)
from planner.models.hierarchical_sharding.floor import floor, why_no_floor
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.mixed import (
    bounds,
    cases,
    is_hidden,
    rest_bound,
    why_no_mixed,
)
from planner.models.hierarchical_sharding.optimum import certify, find_optimum, why_not
from planner.models.hierarchical_sharding.options import all_options
from planner.models.hierarchical_sharding.policy import (
    excludes_all,
    policy_reasons,
    smallest_allowed,
    why_unsearched,
)
from planner.models.hierarchical_sharding.smallest import is_too_big, memory_reason, smallest_memory
from planner.models.hierarchical_sharding.view import View


def check_certificate(
    instance: HierarchicalSharding, certificate: ShardingCertificate
) -> CheckedBound:
    """Return what a certificate proves about an instance, recomputed without a solver.

    Violations have the codes `certificate-kind` (a proof that does not suit the instance),
    `certificate-shape`, `certificate-multiplier` and `certificate-value`.
    """
    if isinstance(certificate, EnumerationCertificate):
        return _check_enumeration(instance, certificate)
    if isinstance(certificate, FloorCertificate):
        return _check_floor(instance, certificate)
    if isinstance(certificate, MemoryCertificate):
        return _check_memory(instance, certificate)
    if isinstance(certificate, PolicyCertificate):
        return _check_policy(instance, certificate)
    return _check_mixed(instance, certificate)


def _check_enumeration(
    instance: HierarchicalSharding, certificate: EnumerationCertificate
) -> CheckedBound:
    view = instance.view
    reason = "mixed plans are allowed beside uniform ones" if view.mixed else why_not(view)
    found = None if reason else find_optimum(view)
    if found is None:
        return refused("certificate-kind", reason or "no plan was looked at")
    if found.place is None:
        return refused("certificate-kind", "no plan fits the memory")
    proven = certify(found)
    faults = [
        *compare_values("value", certificate.value, proven.value),
        *compare_values("memory", certificate.memory, proven.memory),
        *_compare_columns("front_memory", certificate.front_memory, proven.front_memory),
        *_compare_columns("front_time", certificate.front_time, proven.front_time),
    ]
    return CheckedBound(
        bounds={view.objective_name: proven.value, "memory": proven.memory},
        source="enumeration",
        violations=tuple(faults),
    )


def _check_floor(instance: HierarchicalSharding, certificate: FloorCertificate) -> CheckedBound:
    value = floor(instance.view)
    if value is None:
        return refused("certificate-kind", why_no_floor(instance.view) or "")
    return CheckedBound(
        bounds={instance.view.objective_name: value},
        violations=tuple(compare_values("value", certificate.value, value)),
    )


def _check_memory(instance: HierarchicalSharding, certificate: MemoryCertificate) -> CheckedBound:
    view = instance.view
    if not is_too_big(view):
        return refused("certificate-kind", "there are plans that fit the memory")
    return CheckedBound(
        bounds={},
        infeasible=True,
        reasons=(memory_reason(view),),
        violations=tuple(
            compare_values("smallest", certificate.smallest, smallest_memory(view).total)
        ),
    )


def _check_policy(instance: HierarchicalSharding, certificate: PolicyCertificate) -> CheckedBound:
    view = instance.view
    if (reason := why_unsearched(view)) is not None:
        return refused("certificate-kind", reason)
    smallest = smallest_allowed(view)
    if not excludes_all(view, smallest):
        return refused("certificate-kind", "there are plans that fit the memory")
    faults: tuple[Violation, ...] = ()
    if smallest is not None and certificate.smallest is not None:
        faults = tuple(compare_values("smallest", certificate.smallest, smallest))
    elif smallest is not certificate.smallest:
        where = f"smallest: claimed {certificate.smallest!r}, recomputed {smallest!r}"
        faults = (certificate_fault("certificate-value", where),)
    reasons = policy_reasons(view, smallest)
    return CheckedBound(bounds={}, infeasible=True, reasons=reasons, violations=faults)


def _check_mixed(instance: HierarchicalSharding, certificate: MixedCertificate) -> CheckedBound:
    view = instance.view
    if (reason := why_no_mixed(view)) is not None:
        return refused("certificate-kind", reason)
    faults = list(_multiplier_faults(view, certificate.schedules))
    if faults:
        return CheckedBound(bounds={}, violations=tuple(faults))
    found = bounds(view, all_options(view), certificate.schedules)
    value = min(rest_bound(view), *(float(row.min()) for row in found))
    if not math.isfinite(value):
        return refused("certificate-kind", "the policy allows no plan")
    return CheckedBound(
        bounds={view.objective_name: value},
        violations=tuple(compare_values("value", certificate.value, value)),
    )


def _multiplier_faults(
    view: View, schedules: tuple[tuple[Multipliers, ...], ...]
) -> Iterator[Violation]:
    wanted = [(case.gather_unit, case.scatter_unit) for case in cases(view)]
    if len(schedules) != len(view.schedules):
        where = f"{len(schedules)} rows of multipliers for {len(view.schedules)} schedules"
        yield certificate_fault("certificate-shape", where)
    for row in schedules:
        if [(each.gather_unit, each.scatter_unit) for each in row] != wanted:
            yield certificate_fault(
                "certificate-shape", "the cases of buffer sizes are not all there"
            )
        for each in row:
            weights = (each.forward, each.backward)
            allowed = (
                (min(weights) >= 0 and max(weights) <= 1)
                if is_hidden(view)
                else (weights == (1.0, 1.0))
            )
            free = each.memory >= 0 if view.memory is not None else each.memory == 0
            if not (allowed and free):
                yield certificate_fault("certificate-multiplier", f"{each!r}")


def _compare_columns(name: str, claimed: FloatArray, value: FloatArray) -> Iterator[Violation]:
    if claimed.shape != value.shape:
        where = f"{name}: {len(claimed)} entries claimed, {len(value)} recomputed"
        yield Violation(code="certificate-shape", constraint="certificate", where=where)
        return
    wrong = np.flatnonzero(~np.isclose(claimed, value, rtol=COMBINATORIAL, atol=0.0))
    if len(wrong):
        place = int(wrong[0])
        yield from compare_values(f"{name}[{place}]", float(claimed[place]), float(value[place]))
