"""What every demand gets: fidelity, success, jitter and rate, one line each."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.results.result import Result

FORMAT = Format(
    name="qos-csv",
    summary="Fidelity, success, jitter, response time and rate of every demand, admitted or not.",
    problems=("entanglement_scheduling",),
    suffixes=(".csv",),
    write="planner.formats.qos_csv:write",
)


def write(
    result: "Result", instance: "EntanglementScheduling", path: Path, options: Options
) -> list[Path]:
    """Write one line per demand, times in seconds; raises `CapabilityError` without a schedule."""
    from planner.formats.quantum.planned import planned
    from planner.models.entanglement_scheduling.evaluation.quality import quality_table

    table = quality_table(instance.view, planned(result, instance).plan)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return [path]
