"""A schedule as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.gantt.bars import PROBLEMS
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.base.instance import Instance
    from planner.results.result import Result

MOST = 50_000
"""Bars; browsers cannot show more."""

FORMAT = Format(
    name="gantt-svg",
    summary="Gantt chart: a row per activity, or per qubit with a colour per demand.",
    problems=PROBLEMS,
    suffixes=(".svg",),
    write="planner.formats.gantt_svg:write",
    options={"title": "text above the picture (default: the name of the instance)"},
)


def write(result: "Result", instance: "Instance", path: Path, options: Options) -> list[Path]:
    """Write the picture; raises `CapabilityError` without a schedule, or with too large a one."""
    from planner.formats.gantt.bars import bars_of
    from planner.formats.gantt.picture import Chart, draw

    lanes, bars = bars_of(result, instance)
    if len(bars) > MOST:
        message = f"{len(bars)} bars are more than a picture can show ({MOST})"
        raise CapabilityError(f"{message}; write `gantt-csv`")
    title = options.text("title", f"{result.instance.name}: {result.method}")
    unit = "period" if instance.problem == "rcpsp" else "slot"
    path.write_text(draw(Chart(title, unit, lanes, bars)), encoding="utf-8", newline="\n")
    return [path]
