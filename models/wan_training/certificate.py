"""What proves a bound: all variants were tried, or the link cannot carry more."""

from typing import Literal

from planner.models.base.arrays import Floats, Integers
from planner.models.base.artefacts import Certificate


class EnumerationCertificate(Certificate):
    """Every variant within the limits was simulated, and is again in the check."""

    kind: Literal["enumeration"] = "enumeration"
    value: float
    """Best objective: B/s, or the share of the time spent computing."""
    variants: int
    """How many variants keep the limits."""
    front_variant: tuple[str, ...]
    """The variants that no other beats in the objective and every cost."""
    front_value: Floats
    front_memory: Floats
    """Memory overhead in bytes."""
    front_period: Integers
    """Steps between two synchronisations of the same parameters."""
    front_staleness: Integers
    """Steps computed while an all-reduce is under way."""


class CapacityCertificate(Certificate):
    """The time the link is busy bounds the utilisation of every variant within the limits."""

    kind: Literal["capacity"] = "capacity"
    value: float


class ExhaustedCertificate(Certificate):
    """No variant keeps the limits and reaches the target; all are tried again in the check."""

    kind: Literal["exhausted"] = "exhausted"
    variants: int
    """How many variants keep the limits."""


WanCertificate = EnumerationCertificate | CapacityCertificate | ExhaustedCertificate
CERTIFICATES = (EnumerationCertificate, CapacityCertificate, ExhaustedCertificate)
