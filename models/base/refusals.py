"""What every certificate check says of a claim that does not hold."""

import math
from collections.abc import Iterator

from planner.models.base.evaluation import CheckedBound, Violation
from planner.models.base.rounding import COMBINATORIAL


def certificate_fault(code: str, where: str) -> Violation:
    """Return a claim of the certificate that does not hold."""
    return Violation(code=code, constraint="certificate", where=where)


def refused(code: str, where: str) -> CheckedBound:
    """Return the check of a certificate that proves nothing, for this reason."""
    return CheckedBound(bounds={}, violations=(certificate_fault(code, where),))


def compare_values(name: str, claimed: float, value: float) -> Iterator[Violation]:
    """Yield `certificate-value` where a claimed figure is not the recomputed one, to 1e-9."""
    if not math.isclose(claimed, value, rel_tol=COMBINATORIAL, abs_tol=0.0):
        yield Violation(
            code="certificate-value",
            constraint="certificate",
            where=f"{name}: claimed {claimed!r}, recomputed {value!r}",
            amount=claimed - value,
        )
