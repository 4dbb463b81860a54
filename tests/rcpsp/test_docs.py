"""The field reference of project scheduling and the models say the same."""

import re
from pathlib import Path

import pytest
import yaml

import planner as pl
from planner.models.rcpsp import instance as models

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "instances" / "rcpsp.md").read_text(encoding="utf-8")
SECTIONS = {
    models.Rcpsp: "Head",
    models.Resource: "resources",
    models.Activity: "activities",
    models.TimeLag: "time lags",
}


def rows_of(title):
    """Return default and meaning of every field in the table of a section."""
    (text,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    table = text.split("| field | type | unit | default | meaning |\n")[1].split("\n\n")[0]
    lines = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[1:]]
    return {cells[0].strip("`"): cells[3:] for cells in lines}


def default_of(field):
    """Return a default as the tables write it."""
    if field.is_required():
        return "required"
    return "none" if field.default in (None, (), {}) else f"`{field.default}`"


@pytest.mark.parametrize("model", SECTIONS, ids=SECTIONS.get)
def test_fields_and_defaults_are_those_of_the_model(model):
    """Each table has one row per field, with its default and a meaning."""
    rows = rows_of(SECTIONS[model])
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    assert {name: cells[0] for name, cells in rows.items()} == {
        name: default_of(field) for name, field in fields.items()
    }
    assert all(meaning for _, meaning in rows.values())


def test_snippet_loads():
    """The example of the page is an instance with a plan."""
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert pl.solve(yaml.safe_load(text), "branching").status == "optimal"
