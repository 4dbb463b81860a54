"""The field reference and the models say the same, and its snippet loads."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import planner as pl
from planner.models.checkpoint_resharding import devices, layout, state

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "instances" / "checkpoint_resharding.md").read_text(encoding="utf-8")
MODELS: dict[str, type[BaseModel]] = {
    "`state`, with": state.State,
    "`state.tensors`:": state.Tensor,
    "A layout of `kind: flat`": layout.FlatLayout,
    "`kind: ranges`": layout.RangesLayout,
    "`kind: parallel`": layout.ParallelLayout,
    "`devices`:": devices.Devices,
    "`rates`:": devices.Rates,
}


def default_of(field: FieldInfo) -> str:
    """Return a default as the tables write it."""
    if field.is_required():
        return "required"
    if field.default in (None, ()):
        return "none"
    return f"{field.default:g}" if type(field.default) is float else str(field.default).lower()


@pytest.mark.parametrize("title", MODELS)
def test_fields_and_defaults_are_those_of_the_model(title: str) -> None:
    """Each table has a row for every field but `kind`, with the default of the model."""
    text = PAGE.split(f"\n{title}")[1].split("\n\n")[1]
    found = {}
    for row in text.splitlines()[2:]:
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        found |= {name: cells[3].strip("`") for name in re.findall(r"`(\w+)`", cells[0])}
    fields = MODELS[title].model_fields
    expected = {name: default_of(field) for name, field in fields.items()}
    expected.pop("kind", None)
    assert found == expected


def test_snippet_loads() -> None:
    """The example of the page is an instance."""
    (snippet,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert pl.load(yaml.safe_load(snippet)).problem == "checkpoint_resharding"
