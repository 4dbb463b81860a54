"""The methods of hierarchical sharding, and how `auto` picks one."""

from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.optimum import prefers_levels
from planner.solvers.contract import Choice, Method
from planner.solvers.hierarchical_sharding import amsp, blocks, exhaustive, mixed, named

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
    Method(
        name="levels",
        proves="exact",
        summary="The same by tables over totals, level by level, however many plans there are.",
        entry=f"{_ROOM}.exhaustive:by_levels",
        refuses=exhaustive.refuses_levels,
    ),
    Method(
        name="mixed",
        proves="exact",
        summary="Layers with shardings of their own: a multiple-choice knapsack in PuLP.",
        entry=f"{_ROOM}.mixed:solve",
        isolated=True,
        refuses=mixed.refuses,
        options={"backend": "Solver of the integer programme: highs (unless given) or cbc."},
    ),
    Method(
        name="uniform",
        proves="bounded",
        summary="The best uniform plan where layers may differ, with a bound on mixed plans.",
        entry=f"{_ROOM}.exhaustive:uniform",
        refuses=exhaustive.refuses_uniform,
    ),
    Method(
        name="blocks",
        proves="bounded",
        summary="The best plan whose groups are runs of neighbouring devices; for any machine.",
        entry=f"{_ROOM}.blocks:solve",
        refuses=blocks.refuses,
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
    Method(
        name="amsp",
        proves="baseline",
        summary="AMSP's choice by its own cost model and memory count, priced by ours.",
        entry=f"{_ROOM}.amsp:solve",
        refuses=amsp.refuses,
    ),
)


def choose(instance: HierarchicalSharding) -> Choice:
    """Return the simplest method that proves most, and why."""
    view = instance.view
    if view.mixed and mixed.refuses(instance) is None:
        return Choice("mixed", "layers may have shardings of their own")
    if view.mixed and exhaustive.refuses_uniform(instance) is None:
        return Choice("uniform", f"mixed plans are too many: {mixed.refuses(instance)}")
    one_by_one, by_levels = exhaustive.refuses(instance), exhaustive.refuses_levels(instance)
    if one_by_one is not None and by_levels is not None:
        why = f"{one_by_one}; {by_levels}"
        return Choice("exhaustive" if blocks.refuses(instance) else "blocks", why)
    if one_by_one is not None or prefers_levels(view):
        return Choice("levels", "there are so many plans that they are built up level by level")
    return Choice("exhaustive", "all plans can be looked at")
