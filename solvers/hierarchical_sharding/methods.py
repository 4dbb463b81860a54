"""The methods of hierarchical sharding, and how `auto` picks one."""

from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.solvers.contract import Choice, Method
from planner.solvers.hierarchical_sharding import exhaustive, named

_ROOM = "planner.solvers.hierarchical_sharding"
_NAMED = {
    "ddp": "Everything replicated (data parallel).",
    "zero1": "ZeRO stage 1: optimizer states split over all devices.",
    "zero2": "ZeRO stage 2: gradients too.",
    "zero3": "ZeRO stage 3 (FSDP full shard): parameters too.",
    "shard_grad_op": "FSDP's SHARD_GRAD_OP: as zero3, gathered parameters kept until backward.",
    "hpz": "ZeRO++ hpZ: as zero3, with a second copy of the parameters in each node.",
    "mics": "MiCS (HSDP): everything split inside a node, replicated across nodes.",
    "frontier_3level": "Weights over the innermost level, gradients over the node, rest over all.",
}

METHODS = (
    Method(
        name="exhaustive",
        proves="exact",
        summary="Every uniform plan, vectorised: the optimum and the exact front.",
        entry=f"{_ROOM}.exhaustive:solve",
        refuses=exhaustive.refuses,
    ),
    *(
        Method(
            name=name,
            proves="baseline",
            summary=summary,
            entry=f"{_ROOM}.named:{name}",
            refuses=named.refuses,
        )
        for name, summary in _NAMED.items()
    ),
)


def choose(instance: HierarchicalSharding) -> Choice:
    """Return the simplest method that is exact, and why."""
    return Choice("exhaustive", "all plans can be looked at")
