"""Re-checks certificates: overlaps are counted anew, and prices must cover them."""

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import CheckedBound, Violation
from planner.models.base.refusals import certificate_fault, refused
from planner.models.base.rounding import agrees
from planner.models.checkpoint_resharding.bounds import (
    explain_shortage,
    in_bytes,
    least_moved,
    least_time,
    unpaid,
)
from planner.models.checkpoint_resharding.certificate import (
    ReshardingCertificate,
    ShortageCertificate,
)
from planner.models.checkpoint_resharding.instance import CheckpointResharding


def check_certificate(
    instance: CheckpointResharding, certificate: ReshardingCertificate
) -> CheckedBound:
    """Return what a certificate proves, by whole-number arithmetic.

    Bounds are given on `moved_bytes` and `resharding_time`; both hold for every plan of transfers.
    Violations have the codes `certificate-kind` (a proof that does not suit the instance),
    `certificate-shape`, `certificate-price` (negative, or an overlap is not covered) and
    `certificate-value`.
    """
    view = instance.view
    slots, devices = view.slots, len(view.new)
    if isinstance(certificate, ShortageCertificate):
        return _check_shortage(instance, certificate, slots, devices)
    if slots > devices:
        return refused("certificate-kind", f"{slots} shards cannot be placed on {devices} devices")
    for name, column, length in (
        ("shard_price", certificate.shard_price, slots),
        ("device_price", certificate.device_price, devices),
    ):
        if len(column) != length:
            return refused("certificate-shape", f"{name}: {len(column)} entries, not {length}")
        if _is_outside(column, view.parameters):
            where = f"{name}: a price is negative or above {view.parameters}"
            return refused("certificate-price", where)
    overlaps = instance.overlaps
    pair = unpaid(overlaps, certificate.shard_price, certificate.device_price)
    if pair is not None:
        slot, place = int(overlaps.slot[pair]), int(overlaps.place[pair])
        name = view.names[view.new[place]]
        where = f"shard {slot} on {name}: overlap {int(overlaps.amount[pair])}"
        return refused("certificate-price", where)
    moved = least_moved(view, certificate.shard_price, certificate.device_price)
    bounds = {"moved_bytes": in_bytes(view, moved)}
    time = least_time(view, instance.rates, overlaps, moved)
    if time is not None:
        bounds["resharding_time"] = time
    faults: tuple[Violation, ...] = ()
    if not agrees(certificate.value, bounds["moved_bytes"]):
        where = f"claimed {certificate.value!r}, recomputed {bounds['moved_bytes']!r}"
        faults = (certificate_fault("certificate-value", where),)
    return CheckedBound(bounds=bounds, violations=faults)


def _is_outside(column: IntArray, parameters: int) -> bool:
    """Return whether a price is negative, or so large that sums might not be exact."""
    return bool(((column < 0) | (column > parameters)).any())


def _check_shortage(
    instance: CheckpointResharding, certificate: ShortageCertificate, slots: int, devices: int
) -> CheckedBound:
    if slots <= devices:
        return refused("certificate-kind", f"{slots} shards have room on {devices} devices")
    if (certificate.shards, certificate.devices) != (slots, devices):
        claimed = f"{certificate.shards} shards and {certificate.devices} devices"
        return refused("certificate-value", f"claimed {claimed}, there are {slots} and {devices}")
    return CheckedBound(
        bounds={}, infeasible=True, reasons=explain_shortage(instance.layout.new, slots, devices)
    )
