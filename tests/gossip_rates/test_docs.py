"""The field reference of gossip rates and the models say the same, and its snippets load."""

import re
import typing
from pathlib import Path

import pytest
import yaml

import planner as pl
from planner.models.base.quantities import Quantity
from planner.models.base.sidecar import Sidecar
from planner.models.gossip_rates import network
from planner.models.gossip_rates.instance import Budget, GossipRates

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "instances" / "gossip_rates.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
TABLES = dict(re.findall(r"^```csv (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
SECTIONS = {
    GossipRates: "Head",
    network.EdgeList: "topology: graph",
    network.Edge: "topology.edges",
    network.Worker: "topology.workers",
    network.Family: "topology: family",
    Budget: "budget",
    Sidecar: "Tables in a file",
}
models = pytest.mark.parametrize("model", SECTIONS, ids=SECTIONS.get)


def rows_of(title):
    """Return type, unit, default and meaning of every field in the table of a section."""
    (text,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    table = text.split("| field | type | unit | default | meaning |\n")[1].split("\n\n")[0]
    lines = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[1:]]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def parts_of(annotation):
    """Yield a type, what stands inside it, and its annotations."""
    yield annotation
    for inside in (*typing.get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield from parts_of(inside)


def default_of(field):
    """Return a default as the tables write it."""
    if field.is_required():
        return "required"
    return "none" if field.default in (None, (), Budget()) else f"`{field.default}`"


@models
def test_fields_and_defaults_are_those_of_the_model(model):
    """Each table has one row per field, with its default and a meaning."""
    rows = rows_of(SECTIONS[model])
    defaults = {name: cells[2] for name, cells in rows.items()}
    assert defaults == {name: default_of(field) for name, field in model.model_fields.items()}
    assert all(cells[0] and cells[3] for cells in rows.values())


@models
def test_units_and_choices_are_those_of_the_model(model):
    """Quantities have their dimension and unit, and every word a field takes is listed."""
    rows = rows_of(SECTIONS[model])
    for name, field in model.model_fields.items():
        parts = [*parts_of(field.annotation), *field.metadata]
        found = [part.dimension for part in parts if isinstance(part, Quantity)]
        kind, unit = rows[name][:2]
        assert unit == (found[0].unit if found else "")
        assert not found or found[0].name in kind
        for part in parts:
            if typing.get_origin(part) is typing.Literal:
                assert {f"`{word}`" for word in typing.get_args(part)} <= set(
                    re.findall(r"`[^`]+`", kind)
                )


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet_loads(number, tmp_path):
    """Each snippet is an instance, or a part that fits into the first one."""
    for file, text in TABLES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    values = yaml.safe_load(SNIPPETS[0])
    values |= yaml.safe_load(SNIPPETS[number])
    if "edge_table" in values["topology"]:
        values.pop("message_size")
    assert pl.load(values, folder=tmp_path).view.edges > 0


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("a,c\n0,1\n", "sidecar-array"),
        ("a,b\n0,4\n", "sidecar-index"),
        ("a,b\n0,-1\n", "sidecar-index"),
        ("a,b\n0,0.5\n", "sidecar-index"),
        ("a,b\n0,x\n", "sidecar-index"),
        ("a,b,cost\n0,1,0\n", "sidecar-size"),
        ("a,b,cost\n0,1,x\n", "sidecar-size"),
        ("a,b\n", "sidecar-shape"),
    ],
)
def test_bad_tables_give_findings(table, code, tmp_path):
    """What is wrong with a table of edges has a code; there is never a traceback."""
    (tmp_path / "edges.csv").write_text(table, encoding="utf-8")
    topology = {"kind": "graph", "nodes": 4, "edge_table": {"file": "edges.csv"}}
    data = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "topology": topology}
    with pytest.raises(pl.InputError) as error:
        pl.load(data, folder=tmp_path)
    assert code in {found.code for found in error.value.findings}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"topology": {"kind": "graph", "nodes": 1, "edges": []}}, "nodes-few"),
        ({"topology": {"kind": "family", "family": "grid", "size": [3]}}, "family-size"),
        ({"topology": {"kind": "family", "family": "path", "size": [3]}, "message_size": "1 MB"},
         "bandwidth-missing"),
        ({"topology": {"kind": "graph", "nodes": 2, "edges": [{"a": "node0", "b": "x"}]}},
         "unknown-node"),
        ({"topology": {"kind": "graph", "nodes": 2}}, "edges-source"),
        ({"objective": "fewest_messages"}, "budget-unused"),
        ({"topology": {"kind": "graph", "nodes": ["a", "a"], "edges": [{"a": "a", "b": "a"}]}},
         "name-repeated"),
        ({"topology": {"kind": "graph", "nodes": 2, "bandwidth": "1 GB/s", "edges": [
            {"a": "node0", "b": "node1", "min_rate": 2, "max_rate": 1}]}}, "rates-crossed"),
    ],
)  # fmt: skip
def test_faults_of_an_instance_have_codes(changes, code):
    """What concerns several entities is found before anything is solved."""
    with pytest.raises(pl.InputError) as error:
        pl.load({**yaml.safe_load(SNIPPETS[0]), **changes})
    assert code in {found.code for found in error.value.findings}


def test_commented_lines_of_the_template_name_fields():
    """What the template shows in comments is a field of some record."""
    text = (Path(network.__file__).parent / "template.yaml").read_text(encoding="utf-8")
    known = {name for model in SECTIONS for name in model.model_fields}
    shown = set(re.findall(r"^\s*# (?:  )?(\w+):", text, re.MULTILINE))
    assert {"workers", "duplex", "total", "link", "matching"} <= shown
    assert shown <= known
