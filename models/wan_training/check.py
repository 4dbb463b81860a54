"""Re-checks certificates: every variant is simulated anew, nothing in them is believed."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import CheckedBound, Violation
from planner.models.base.refusals import certificate_fault, refused
from planner.models.base.rounding import agrees, lower, upper
from planner.models.wan_training.capacity import capacity_bound
from planner.models.wan_training.certificate import (
    CapacityCertificate,
    EnumerationCertificate,
    ExhaustedCertificate,
    WanCertificate,
)
from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.variants import Variant
from planner.models.wan_training.why import explain_none
from planner.models.wan_training.worth import Worth, best, candidates, front, limits_of, worth_of


def check_certificate(instance: WanTraining, certificate: WanCertificate) -> CheckedBound:
    """Return what a certificate proves, recomputed without a solver.

    An enumeration bounds the objective, and for plans that are best in it also `memory_overhead`,
    `synchronisation_period` and `staleness`, in this order. Violations have the codes
    `certificate-value` (a claimed figure is not the one found), `certificate-shape` (columns of
    the front differ in length) and `certificate-kind` (a proof that does not suit the instance).
    """
    found = candidates(instance)
    if isinstance(certificate, CapacityCertificate):
        return _check_capacity(instance, certificate, [variant for variant, _ in found])
    worths = [worth_of(instance, plan) for _, plan in found]
    place = best(instance, worths)
    if isinstance(certificate, ExhaustedCertificate):
        return _check_exhausted(instance, certificate, worths, place)
    if place is None:
        return refused("certificate-kind", "no variant keeps the limits and reaches the target")
    names = [str(variant) for variant, _ in found]
    faults = tuple(_front_faults(instance, certificate, worths, names, place))
    return CheckedBound(bounds=_bounds(instance, worths, place), source="enumeration",
                        violations=faults)  # fmt: skip


def enumerated(
    instance: WanTraining, variants: list[Variant], worths: list[Worth], place: int
) -> EnumerationCertificate:
    """Return the certificate for variants that were all simulated; `place` is the best."""
    kept = front(instance, worths)
    value = worths[place].value
    assert value is not None
    return EnumerationCertificate(
        value=value,
        variants=len(worths),
        front_variant=tuple(str(variants[each]) for each in kept),
        front_value=np.array([worths[each].value for each in kept], dtype=np.float64),
        front_memory=np.array([worths[each].memory for each in kept], dtype=np.float64),
        front_period=np.array([worths[each].period for each in kept], dtype=np.int64),
        front_staleness=np.array([worths[each].staleness for each in kept], dtype=np.int64),
    )


def _bounds(instance: WanTraining, worths: list[Worth], place: int) -> dict[str, float]:
    """Return the bounds in the order of the objectives, rounded outward."""
    chosen = worths[place]
    if instance.objective == "utilisation":
        value = upper(max(each.value or 0.0 for each in worths))
    else:
        value = lower(min(each.at_least for each in worths if each.at_least is not None))
    costs = dict(zip(limits_of(instance), chosen.costs, strict=True))
    return {instance.objective: value, **costs}


def _front_faults(
    instance: WanTraining,
    certificate: EnumerationCertificate,
    worths: list[Worth],
    names: list[str],
    place: int,
) -> Iterator[Violation]:
    """Yield every figure of the certificate that differs from what was found."""
    kept = front(instance, worths)
    value = worths[place].value
    assert value is not None
    if not agrees(certificate.value, value):
        yield certificate_fault(
            "certificate-value", f"claimed {certificate.value!r}, recomputed {value!r}"
        )
    if certificate.variants != len(worths):
        where = f"variants: claimed {certificate.variants}, there are {len(worths)}"
        yield certificate_fault("certificate-value", where)
    if certificate.front_variant != tuple(names[each] for each in kept):
        yield certificate_fault(
            "certificate-value", "front_variant: other variants than those found"
        )
    columns = {
        "front_value": [worths[each].value for each in kept],
        "front_memory": [worths[each].memory for each in kept],
        "front_period": [worths[each].period for each in kept],
        "front_staleness": [worths[each].staleness for each in kept],
    }
    for name, figures in columns.items():
        yield from _column_faults(name, getattr(certificate, name), np.array(figures, dtype=float))


def _column_faults(name: str, claimed: FloatArray, found: FloatArray) -> Iterator[Violation]:
    if len(claimed) != len(found):
        where = f"{name}: {len(claimed)} entries for a front of {len(found)}"
        yield certificate_fault("certificate-shape", where)
    elif not all(agrees(*pair) for pair in zip(claimed.tolist(), found.tolist(), strict=True)):
        yield certificate_fault("certificate-value", f"{name}: not the figures found")


def _check_capacity(
    instance: WanTraining, certificate: CapacityCertificate, variants: list[Variant]
) -> CheckedBound:
    if not variants:
        return refused("certificate-kind", "no variant keeps the limits")
    bound = capacity_bound(instance, variants)
    outward = upper(bound) if instance.objective == "utilisation" else lower(bound)
    faults: tuple[Violation, ...] = ()
    if not agrees(certificate.value, bound):
        where = f"claimed {certificate.value!r}, recomputed {bound!r}"
        faults = (certificate_fault("certificate-value", where),)
    return CheckedBound(bounds={instance.objective: outward}, violations=faults)


def _check_exhausted(
    instance: WanTraining,
    certificate: ExhaustedCertificate,
    worths: list[Worth],
    place: int | None,
) -> CheckedBound:
    if place is not None:
        return refused("certificate-kind", "a variant keeps the limits and reaches the target")
    if certificate.variants != len(worths):
        where = f"variants: claimed {certificate.variants}, there are {len(worths)}"
        return refused("certificate-value", where)
    return CheckedBound(
        bounds={}, source="enumeration", infeasible=True, reasons=explain_none(instance)
    )
