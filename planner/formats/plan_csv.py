"""A plan as one line per part: which flow, how much, along which path."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting
    from planner.results.result import Result

FORMAT = Format(
    name="plan-csv",
    summary="The parts of every flow with their sizes and paths, one line each.",
    problems=("flow_splitting",),
    suffixes=(".csv",),
    write="planner.formats.plan_csv:write",
)


def write(result: "Result", instance: "FlowSplitting", path: Path, options: Options) -> list[Path]:
    """Write the parts; sizes are exact, in bytes, bytes per second or the normalised unit.

    Traffic that stays below its leaf takes no path and has no line.
    """
    from planner.formats.plans.rows import part_rows, size_column

    rows = part_rows(instance, result.plan)
    head = ("step", "flow", "name", "part", size_column(instance), "from", "to", "path")
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        for row in rows:
            ends = (row.source, row.target, ">".join(row.path))
            table.writerow((row.step, row.flow, row.name, row.part, repr(row.size), *ends))
    return [path]
