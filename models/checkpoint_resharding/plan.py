"""Plans: which device gets which shard, and how the missing parameters reach it."""

from typing import Literal

from planner.models.base.arrays import Integers
from planner.models.base.artefacts import Plan


class TransfersPlan(Plan):
    """Devices send each other what is missing; what a device holds already stays there.

    Devices are numbered through: the old ones in the order of the list, then those that are only
    new. The columns from `sender` to `stop` have one entry per transfer.
    """

    kind: Literal["transfers"] = "transfers"
    device: Integers
    """Device of each new shard, copies included."""
    sender: Integers
    receiver: Integers
    start: Integers
    """First parameter of the transfer, counted from 0."""
    stop: Integers
    """First parameter behind it."""


class StoragePlan(Plan):
    """Everything goes through a universal checkpoint, whatever devices hold.

    The checkpoint is read, written once more with one file per parameter, and every new shard
    is loaded from that (arXiv 2406.18820).
    """

    kind: Literal["storage"] = "storage"
    device: Integers
    """Device of each new shard, copies included."""


ReshardingPlan = TransfersPlan | StoragePlan
PLANS = (TransfersPlan, StoragePlan)
