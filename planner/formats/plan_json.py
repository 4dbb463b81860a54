"""The plan as JSON: what `planner evaluate INSTANCE PLAN` reads.

A problem may add a `report` for other readers (`Problem.report`), with the claims of the result.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.formats.format import Format
from planner.formats.json_text import json_text
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.models.base.instance import Instance
    from planner.results.result import Result

FORMAT = Format(
    name="plan-json",
    summary="The plan, with groups and tables for some problems; `planner evaluate` reads it back.",
    suffixes=(".json",),
    write="planner.formats.plan_json:write",
)


def write(result: "Result", instance: "Instance", path: Path, options: Options) -> list[Path]:
    """Write the plan, exact to the last digit; long arrays go to an `.npz` beside it."""
    from planner.results import columns

    if result.plan is None:
        raise CapabilityError("the result holds no plan, so there is nothing to export")
    arrays: dict[str, NDArray[Any]] = {}
    plan = result.plan.model_dump(mode="python", by_alias=True)
    values = columns.take_out(plan, "plan", arrays)
    rows = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in values.items()]
    report = columns.take_out(_report(result, instance), "report", arrays)
    rows += [f'"report": {json_text(report, 1)}'] if report else []
    text = "{\n " + ",\n ".join(rows) + "\n}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    if not arrays:
        return [path]
    with path.with_suffix(".npz").open("wb") as file:
        columns.write(arrays, file)
    return [path, path.with_suffix(".npz")]


def _report(result: "Result", instance: "Instance") -> Mapping[str, Any]:
    """Return what the problem tells of its plan beside bound and gap; empty if it tells nothing."""
    from planner.catalog import get
    from planner.catalog.problem import resolve

    entry = get(instance.problem).report
    told = resolve(entry)(instance, result.plan) if entry is not None else {}
    if not told:
        return {}
    claims = {
        "method": result.method,
        "status": result.status,
        "objective": result.objective,
        "bound": result.bound,
        "bound_source": result.bound_source,
        "bound_scope": result.bound_scope,
        "gap": result.gap,
    }
    return {**claims, **told}
