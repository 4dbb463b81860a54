"""From a placement of the shards to the answer of a method."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.bounds import explain_shortage, in_bytes, least_moved
from planner.models.checkpoint_resharding.certificate import PricesCertificate, ShortageCertificate
from planner.models.checkpoint_resharding.instance import CheckpointResharding
from planner.solvers.checkpoint_resharding.prices import simple_prices
from planner.solvers.checkpoint_resharding.transfers import plan_transfers
from planner.solvers.contract import Answer


def shortage(instance: CheckpointResharding) -> Answer | None:
    """Return the proof that there is no plan where devices are too few, else `None`."""
    view = instance.view
    slots, devices = view.slots, len(view.new)
    if slots <= devices:
        return None
    return Answer(
        infeasible=True,
        certificate=ShortageCertificate(shards=slots, devices=devices),
        reasons=explain_shortage(instance.layout.new, slots, devices),
    )


def certificate_for(
    instance: CheckpointResharding, prices: tuple[IntArray, IntArray] | None = None
) -> PricesCertificate:
    """Return the bound that prices prove; the better of two simple ones if none are given."""
    view = instance.view
    if prices is None:
        prices = simple_prices(instance.overlaps, view.slots, len(view.new))
    return PricesCertificate(
        value=in_bytes(view, least_moved(view, *prices)),
        shard_price=prices[0],
        device_price=prices[1],
    )


def answer_for(
    instance: CheckpointResharding, place: IntArray, certificate: PricesCertificate
) -> Answer:
    """Return the answer for shards on `place[shard]`, positions in the list of new devices."""
    view, overlaps = instance.view, instance.overlaps
    kept = overlaps.amount[place[overlaps.slot] == overlaps.place]
    return Answer(
        plan=plan_transfers(view, view.new[place]),
        objective=(view.total - int(kept.sum())) * view.weight,
        certificate=certificate,
    )


def first_devices(slots: int) -> IntArray:
    """Return the placement of shard k on the k-th new device."""
    return np.arange(slots, dtype=np.int64)
