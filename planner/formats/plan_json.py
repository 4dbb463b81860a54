"""The plan alone, as JSON: what `planner evaluate INSTANCE PLAN` reads."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.models.base.instance import Instance
    from planner.results.result import Result

FORMAT = Format(
    name="plan-json",
    summary="The plan without the rest of the result; `planner evaluate` reads it back.",
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
    text = "{\n " + ",\n ".join(rows) + "\n}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    if not arrays:
        return [path]
    with path.with_suffix(".npz").open("wb") as file:
        columns.write(arrays, file)
    return [path, path.with_suffix(".npz")]
