"""The field reference of flow splitting and the models say the same, and its snippets load."""

import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import planner as pl
from planner.models.base.quantities import Quantity
from planner.models.base.sidecar import Sidecar
from planner.models.flow_splitting import workload
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.topologies import graph, leaf_spine

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "instances" / "flow_splitting.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
TABLES = dict(re.findall(r"^```csv (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
SECTIONS: dict[type[BaseModel], str] = {
    FlowSplitting: "Head",
    leaf_spine.LeafSpine: "topology: leaf_spine",
    leaf_spine.SpineGroup: "topology.spine_groups",
    leaf_spine.LinkOverride: "topology.link_overrides",
    leaf_spine.FailedLink: "topology.failed_links of a fabric",
    graph.Graph: "topology: graph",
    graph.Link: "topology.links",
    graph.Arc: "topology.arcs",
    graph.FailedEdge: "topology.failed_links of a graph",
    workload.Workload: "workload",
    workload.Flow: "workload.flows",
    workload.Demands: "workload.demands",
    workload.Demand: "workload.demands.pairs",
    workload.Collective: "workload.collective",
    Sidecar: "Tables in a file",
}
models = pytest.mark.parametrize("model", SECTIONS, ids=SECTIONS.get)


def parts_of(annotation: Any) -> Iterator[Any]:
    """Yield a type, what stands inside it, and its annotations."""
    yield annotation
    for inside in (*typing.get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield from parts_of(inside)


def records_below(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return a model and every model that its fields hold."""
    found = {model}
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in found:
                found |= records_below(part)
    return found


def rows_of(title: str) -> dict[str, list[str]]:
    """Return type, unit, default and meaning of every field in the table of a section."""
    (text,) = re.findall(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    table = text.split("| field | type | unit | default | meaning |\n")[1].split("\n\n")[0]
    lines = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[1:]]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def default_of(field: FieldInfo) -> str:
    """Return a default as the tables write it."""
    if field.is_required():
        return "required"
    return "none" if field.default in (None, ()) else f"`{field.default}`"


def test_every_model_has_a_section() -> None:
    """No record of an instance is left out of the reference."""
    assert records_below(FlowSplitting) == set(SECTIONS)


@models
def test_fields_and_defaults_are_those_of_the_model(model: type[BaseModel]) -> None:
    """Each table has one row per field, with its default and a meaning."""
    rows = rows_of(SECTIONS[model])
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    defaults = {name: cells[2] for name, cells in rows.items()}
    assert defaults == {name: default_of(field) for name, field in fields.items()}
    assert all(cells[0] and cells[3] for cells in rows.values())


@models
def test_quantities_have_their_unit(model: type[BaseModel]) -> None:
    """A field has the dimension and the base unit of its quantity, and no other has a unit."""
    rows = rows_of(SECTIONS[model])
    for name, field in model.model_fields.items():
        parts = [*parts_of(field.annotation), *field.metadata]
        found = [part.dimension for part in parts if isinstance(part, Quantity)]
        kind, unit = rows[field.alias or name][:2]
        assert unit == (found[0].unit if found else "")
        assert not found or found[0].name in kind


@models
def test_choices_are_listed(model: type[BaseModel]) -> None:
    """Every word that a field takes stands in its type."""
    rows = rows_of(SECTIONS[model])
    for name, field in model.model_fields.items():
        for part in parts_of(field.annotation):
            if typing.get_origin(part) is typing.Literal:
                kind = rows[field.alias or name][0]
                assert {f"`{word}`" for word in typing.get_args(part)} <= set(
                    re.findall(r"`[^`]+`", kind)
                )


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet_loads(number: int, tmp_path: Path) -> None:
    """Each snippet is an instance, or a part that fits into the first one."""
    for file, text in TABLES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    values = yaml.safe_load(SNIPPETS[0])
    part = yaml.safe_load(SNIPPETS[number])
    if "workload" not in part:
        values["workload"] = {"demands": {"uniform": "1 GB"}}
    values |= part
    instance = pl.load(values, folder=tmp_path)
    assert isinstance(instance, FlowSplitting)
    assert instance.view.steps


def test_commented_lines_of_the_template_name_fields() -> None:
    """What the template shows in comments is a field of some record."""
    text = (Path(workload.__file__).parent / "template.yaml").read_text(encoding="utf-8")
    known = {
        field.alias or name for model in SECTIONS for name, field in model.model_fields.items()
    }
    shown = set(re.findall(r"^\s+# (?:  )?(\w+): ", text, re.MULTILINE))
    assert {"spine_groups", "parallel_links", "flow_table", "uniform"} <= shown
    assert shown <= known
