"""What is done without a plan: numbering decides, or everything goes through storage."""

from planner.models.checkpoint_resharding.instance import CheckpointResharding
from planner.models.checkpoint_resharding.plan import StoragePlan
from planner.solvers.checkpoint_resharding.answers import (
    answer_for,
    certificate_for,
    first_devices,
    shortage,
)
from planner.solvers.contract import Answer, Run


def in_place(instance: CheckpointResharding, run: Run) -> Answer:
    """Place new shard k on the k-th new device and send it what it lacks."""
    place = first_devices(instance.view.slots)
    return shortage(instance) or answer_for(instance, place, certificate_for(instance))


def storage(instance: CheckpointResharding, run: Run) -> Answer:
    """Convert a universal checkpoint and load every shard from it (arXiv 2406.18820)."""
    view = instance.view
    lacking = shortage(instance)
    if lacking is not None:
        return lacking
    return Answer(
        plan=StoragePlan(device=view.new[first_devices(view.slots)]),
        objective=(2 * view.parameters + view.total) * view.weight,
        certificate=certificate_for(instance),
    )
