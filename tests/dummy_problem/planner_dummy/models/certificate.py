"""What proves a bound, or that there is no plan."""

from typing import Literal

from planner.models.base.artefacts import Certificate


class PriceCertificate(Certificate):
    """A price p: any k numbers sum to at least k p - sum of max(0, p - number) (LP duality)."""

    kind: Literal["price"] = "price"
    price: float
    value: float
    """The bound that follows."""


class TriedAllCertificate(Certificate):
    """Every choice was tried, and is tried again in the check."""

    kind: Literal["tried_all"] = "tried_all"
    value: float


class TooFewCertificate(Certificate):
    """Fewer numbers may be chosen than have to be."""

    kind: Literal["too_few"] = "too_few"
    allowed: int
