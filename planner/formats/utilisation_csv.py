"""Utilisation over bandwidth as a table for plotting: the plan, and each published method."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining
    from planner.results.result import Result

FORMAT = Format(
    name="utilisation-csv",
    summary="Utilisation of the plan and of each published method over the grid of bandwidths.",
    problems=("wan_training",),
    suffixes=(".csv",),
    write="planner.formats.utilisation_csv:write",
)

METHODS = ("dp", "diloco", "streaming", "overlap", "fp4", "co2")
"""The columns beside the plan, each with the first variant of the choices."""


def write(result: "Result", instance: "WanTraining", path: Path, options: Options) -> list[Path]:
    """Write one line per point of `search`: the bandwidth in Gbit/s, then shares of one.

    Raises `CapabilityError` for a result without a plan.
    """
    from planner.models.wan_training.curve import curve_of, grid
    from planner.models.wan_training.figures import GBIT
    from planner.models.wan_training.plan import SchedulePlan
    from planner.models.wan_training.variants import family, plan_of

    if not isinstance(result.plan, SchedulePlan):
        raise CapabilityError("the result holds no plan, so there is nothing to export")
    points, layers = grid(instance.search), instance.model.layers
    plans = [result.plan, *(plan_of(family(instance, name)[0], layers) for name in METHODS)]
    columns = [points / GBIT, *(curve_of(instance, plan)(points) for plan in plans)]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("gbit_s", "plan", *METHODS))
        for row in zip(*(column.tolist() for column in columns), strict=True):
            table.writerow(map(repr, row))
    return [path]
