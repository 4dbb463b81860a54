"""What proves a bound: prices of shards and devices, or a count of both."""

from typing import Literal

from planner.models.base.arrays import Integers
from planner.models.base.artefacts import Certificate


class PricesCertificate(Certificate):
    """A dual solution of the assignment; prices are numbers of parameters, zero or more.

    Wherever a device holds a part of a shard, the two prices together cover it. So no placement
    keeps more than the sum of all prices.
    """

    kind: Literal["prices"] = "prices"
    value: float
    """Least bytes that have to move."""
    shard_price: Integers
    device_price: Integers
    """One entry per new device, in the order of the list."""


class ShortageCertificate(Certificate):
    """There are more shards to place than new devices, which proves that there is no plan."""

    kind: Literal["shortage"] = "shortage"
    shards: int
    devices: int


ReshardingCertificate = PricesCertificate | ShortageCertificate
CERTIFICATES = (PricesCertificate, ShortageCertificate)
