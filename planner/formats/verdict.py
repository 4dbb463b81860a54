"""What frameworks make of a plan: whether they can run it, and what their nearest plan loses."""

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.formats.format import Format
from planner.formats.json_text import json_text
from planner.formats.options import Options
from planner.formats.sharding import nearest

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.results.result import Result

FORMAT = Format(
    name="verdict",
    summary="Per framework: can it run the plan, the nearest plan it can run, and what that loses.",
    problems=("hierarchical_sharding",),
    suffixes=(".json", ".csv"),
    write="planner.formats.verdict:write",
    options={"form": "`json` or `csv` (default: as the file ends, else `json`)"},
)

VERSION = "planner-verdict/1"


def write(
    result: "Result", instance: "HierarchicalSharding", path: Path, options: Options
) -> list[Path]:
    """Write the verdicts, with cautions and memory by other conventions in the JSON."""
    from planner.models.hierarchical_sharding.report import verdict_values
    from planner.models.hierarchical_sharding.verdict import verdicts

    plan = nearest.plan_of(result, instance)
    rows = [verdict_values(found, instance.view) for found in verdicts(instance, plan)]
    by_name = "csv" if path.suffix.lower() == ".csv" else "json"
    if options.choice("form", ("json", "csv"), by_name) == "csv":
        text = _table(rows)
    else:
        text = json_text(_document(result, instance, rows)) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]


def _document(
    result: "Result", instance: "HierarchicalSharding", rows: list[dict[str, Any]]
) -> dict[str, Any]:
    from planner.models.hierarchical_sharding.cautions import cautions
    from planner.models.hierarchical_sharding.memory_rules import (
        deepspeed_estimate,
        memory_by_stage,
    )

    plan, view = nearest.plan_of(result, instance), instance.view
    return {
        "format": VERSION,
        "instance": {"name": result.instance.name, "sha256": result.instance.sha256},
        "plan": nearest.describe(plan, view),
        "frameworks": rows,
        "cautions": [asdict(caution) for caution in cautions(instance, plan)],
        "memory_conventions": {
            "zero_paper": memory_by_stage(view),
            "deepspeed_estimator": deepspeed_estimate(view),
        },
    }


def _table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    names = ("framework", "expressible", "time", "memory", "lost_time", "lost_memory")
    vectors = ("parameters", "secondary", "gradients", "optimizer")
    table = csv.writer(text, lineterminator="\n")
    table.writerow((*names, *vectors, "keep", "schedule", "refusal", "reason"))
    for row in rows:
        plan = row["nearest"] or {}
        figures = ["" if row[name] is None else repr(row[name]) for name in names[2:]]
        shards = ["x".join(map(str, plan.get(state, []))) for state in vectors]
        rest = (_truth(plan.get("keep")), plan.get("schedule", ""), row["refusal"], row["reason"])
        table.writerow((row["framework"], _truth(row["expressible"]), *figures, *shards, *rest))
    return text.getvalue()


def _truth(value: bool | None) -> str:
    return "" if value is None else str(value).lower()
