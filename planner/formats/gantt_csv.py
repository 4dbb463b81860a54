"""A schedule as one line per activity, for Gantt charts."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.rcpsp.instance import Rcpsp
    from planner.results.result import Result

FORMAT = Format(
    name="gantt-csv",
    summary="Start, end, slack and demand of every activity, one line each, in order of starts.",
    problems=("rcpsp",),
    suffixes=(".csv",),
    write="planner.formats.gantt_csv:write",
)


def write(result: "Result", instance: "Rcpsp", path: Path, options: Options) -> list[Path]:
    """Write the schedule; the slack is how much later the lags alone allow each start to be."""
    from planner.formats.projects.planned import planned_starts
    from planner.models.rcpsp.lags import tails

    view, start = instance.view, planned_starts(result, instance)
    end = start + view.duration
    slack = end.max() - tails(view).length - start
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        names = [f"demand_{name}" for name in view.resource_names]
        table.writerow(["activity", "start", "end", "duration", "slack", *names])
        for each in sorted(range(view.activities), key=lambda i: (int(start[i]), i)):
            figures = (int(column[each]) for column in (start, end, view.duration, slack))
            table.writerow([view.names[each], *figures, *view.demand[each].tolist()])
    return [path]
