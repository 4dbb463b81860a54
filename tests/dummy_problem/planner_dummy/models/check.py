"""What a certificate proves, recomputed from the instance and the certificate alone."""

import numpy as np

from planner.models.base.evaluation import CheckedBound, Reason, Violation
from planner.models.base.rounding import agrees, lower
from planner_dummy.models.certificate import (
    PriceCertificate,
    TooFewCertificate,
    TriedAllCertificate,
)
from planner_dummy.models.enumeration import optimum
from planner_dummy.models.instance import Choosing


def check_certificate(
    instance: Choosing, certificate: PriceCertificate | TriedAllCertificate | TooFewCertificate
) -> CheckedBound:
    """Return the bound that holds, or that there is no plan, with the claims that are wrong.

    Violations: `certificate-value`, `certificate-size`, `certificate-count`.
    """
    if isinstance(certificate, TooFewCertificate):
        return _too_few(instance, certificate)
    if isinstance(certificate, PriceCertificate):
        value: float | None = price_bound(instance, certificate.price)
    else:
        value = optimum(instance)
    if value is None:
        return _refuted("certificate-size", "there are too many choices to try")
    if not agrees(certificate.value, value):
        where = f"{certificate.value!r} claimed, {value!r} recomputed"
        wrong = Violation(code="certificate-value", constraint="certificate", where=where)
        return CheckedBound(bounds={"total": value}, violations=(wrong,))
    source = "certificate" if isinstance(certificate, PriceCertificate) else "enumeration"
    return CheckedBound(bounds={"total": value}, source=source)


def price_bound(instance: Choosing, price: float) -> float:
    """Return k p - sum of max(0, p - number) over the allowed numbers, rounded down."""
    savings = np.maximum(0.0, price - instance.values[instance.allowed]).sum()
    return lower(instance.choose * price - float(savings), 2 * len(instance.values) + 2)


def _too_few(instance: Choosing, certificate: TooFewCertificate) -> CheckedBound:
    count = len(instance.allowed)
    if certificate.allowed != count or count >= instance.choose:
        return _refuted("certificate-count", f"{count} numbers may be chosen")
    missing = instance.choose - count
    reason = Reason(
        code="too-few",
        constraint="forbidden",
        where=f"{count} of {len(instance.values)} numbers",
        message=f"{instance.choose} have to be chosen; allow {missing} more, or choose fewer.",
    )
    return CheckedBound(bounds={}, infeasible=True, reasons=(reason,))


def _refuted(code: str, where: str) -> CheckedBound:
    violation = Violation(code=code, constraint="certificate", where=where)
    return CheckedBound(bounds={}, violations=(violation,))
