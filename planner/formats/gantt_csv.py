"""A schedule as one line per bar, for Gantt charts."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, cast

from planner.formats.format import Format
from planner.formats.gantt.bars import PROBLEMS
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.base.instance import Instance
    from planner.models.rcpsp.instance import Rcpsp
    from planner.results.result import Result

FORMAT = Format(
    name="gantt-csv",
    summary="Start and end of every activity (with slack and demand), or of every held qubit.",
    problems=PROBLEMS,
    suffixes=(".csv",),
    write="planner.formats.gantt_csv:write",
)


def write(result: "Result", instance: "Instance", path: Path, options: Options) -> list[Path]:
    """Write the schedule in order of starts; raises `CapabilityError` where there is none.

    The slack of an activity is how much later the lags alone allow it to start.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        if instance.problem == "rcpsp":
            table.writerows(_activities(result, cast("Rcpsp", instance)))
        else:
            table.writerows(_qubits(result, instance))
    return [path]


def _activities(result: "Result", instance: "Rcpsp") -> list[list[str | int]]:
    from planner.formats.projects.planned import planned_starts
    from planner.models.rcpsp.lags import tails

    view, start = instance.view, planned_starts(result, instance)
    end = start + view.duration
    slack = end.max() - tails(view).length - start
    names = [f"demand_{name}" for name in view.resource_names]
    rows: list[list[str | int]] = [["activity", "start", "end", "duration", "slack", *names]]
    for each in sorted(range(view.activities), key=lambda i: (int(start[i]), i)):
        figures = (int(column[each]) for column in (start, end, view.duration, slack))
        rows.append([view.names[each], *figures, *view.demand[each].tolist()])
    return rows


def _qubits(result: "Result", instance: "Instance") -> list[list[str | int]]:
    from planner.formats.gantt.bars import bars_of

    rows: list[list[str | int]] = [["qubit", "start", "end", "demand", "repetition"]]
    _, bars = bars_of(result, instance)
    rows += [[bar.lane, bar.start, bar.end, bar.group, bar.repetition] for bar in bars]
    return rows
