"""The front of memory and time as a table: one line per plan that no other beats in both."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.sharding.front import chosen_of, front_of

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.results.result import Result

FORMAT = Format(
    name="pareto-csv",
    summary="Memory, time and shardings of every plan on the front of memory and time.",
    problems=("hierarchical_sharding",),
    suffixes=(".csv",),
    write="planner.formats.pareto_csv:write",
)


def write(
    result: "Result", instance: "HierarchicalSharding", path: Path, options: Options
) -> list[Path]:
    """Write the table: bytes, seconds, vectors from the innermost level, bits of each collective.

    `fits` tells whether the memory suffices, `chosen` which line is the plan of the result.
    Raises `CapabilityError` where the front is not known.
    """
    from planner.models.hierarchical_sharding.report import STATES, plan_values
    from planner.models.hierarchical_sharding.view import COLLECTIVES

    view = instance.view
    front, chosen = front_of(instance), chosen_of(result, instance)
    limit = float("inf") if view.memory is None else view.memory * (1 + 1e-9)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        bits = [f"{name}_bits" for name in COLLECTIVES]
        head = ("memory_bytes", "time_s", *STATES, "keep", "schedule", "microbatches", *bits)
        table.writerow((*head, "fits", "chosen"))
        for point in front:
            marks = (
                point.memory <= limit,
                chosen is not None and chosen.is_at(point.memory, point.time),
            )
            shown = [""] * (len(head) - 2)
            if point.plan is not None:
                values = plan_values(point.plan, view)
                shown = ["x".join(map(str, values[state])) for state in STATES]
                shown += [_truth(values["keep"]), values["schedule"], str(values["microbatches"])]
                shown += [str(values["bits"][name]) for name in COLLECTIVES]
            costs = (repr(point.memory), repr(point.time))
            table.writerow((*costs, *shown, *map(_truth, marks)))
    return [path]


def _truth(value: bool) -> str:
    return str(value).lower()
