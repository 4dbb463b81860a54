"""The verdict as JSON and CSV."""

import csv
import io
import json

N, NODE = (2, 2), (2, 1)


def _instance(machine):
    return machine(limits={"memory": "5 GB"}, training={"microbatches": 4})


def test_json(export, machine, uniform):
    """All frameworks, what the nearest plan loses, and memory by other conventions."""
    values = json.loads(export("verdict", _instance(machine), uniform(NODE, NODE, NODE, N)))
    assert values["format"] == "planner-verdict/1"
    found = {row["framework"]: row for row in values["frameworks"]}
    assert [found[name]["expressible"] for name in ("deepspeed", "fsdp2", "internevo")] == [
        False,
        False,
        True,
    ]
    assert round(found["deepspeed"]["lost_time"], 9) == 0.3
    assert found["deepspeed"]["nearest"]["secondary"] == [2, 1]
    assert values["memory_conventions"]["deepspeed_estimator"]["stage_2"] == 6.5e9


def test_csv_by_suffix_or_option(export, machine, uniform):
    """A name that ends in .csv, or the option, gives the table."""
    plan = uniform(NODE, NODE, NODE, N)
    by_name = export("verdict", _instance(machine), plan, name="verdict.csv")
    assert by_name == export("verdict", _instance(machine), plan, form="csv")
    rows = list(csv.DictReader(io.StringIO(by_name)))
    assert [(row["framework"], row["expressible"]) for row in rows] == [
        ("deepspeed", "false"),
        ("fsdp2", "false"),
        ("internevo", "true"),
    ]
    assert rows[0]["secondary"] == "2x1"
    assert float(rows[0]["time"]) == 0.52


def test_nothing_near_leaves_fields_empty(export, machine, uniform):
    """Without a nearest plan the reason stands in the table."""
    text = export(
        "verdict", machine(limits={"memory": "3 GB"}), uniform(NODE, NODE, NODE, N), form="csv"
    )
    row = next(csv.DictReader(io.StringIO(text)))
    assert (row["time"], row["parameters"], row["keep"]) == ("", "", "")
    assert "at least 4 GB" in row["reason"]


def test_cautions_are_told(export, machine, uniform):
    """Warnings stand beside the verdicts."""
    values = json.loads(export("verdict", _instance(machine), uniform(N, NODE, N, N)))
    assert [caution["code"] for caution in values["cautions"]] == ["copy-dominated"]
