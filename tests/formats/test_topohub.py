"""Node-link JSON: SNDlib files and the package topohub."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from planner.formats import import_file
from planner.formats.fabrics.node_names import usable_names
from planner.loading import load_document, load_instance
from planner.models.base.errors import InputError

INSTANCES = Path(__file__).resolve().parents[2] / "instances" / "flow_splitting"


def network(**changes):
    """Return a node-link network of three nodes in a line."""
    values = {
        "directed": False,
        "multigraph": False,
        "graph": {"name": "line", "demands": {"0": {"2": 3.5, "1": 0}, "2": {"0": 1}}},
        "nodes": [{"id": 0, "name": "A"}, {"id": 1, "name": "B"}, {"id": 2, "name": "C"}],
        "edges": [{"source": 0, "target": 1}, {"source": 1, "target": 2}],
    }
    return values | changes


@pytest.fixture
def read(tmp_path):
    """Return a function that imports node-link values, or any text."""

    def run(values, **options):
        path = tmp_path / "line.json"
        path.write_text(values if isinstance(values, str) else json.dumps(values))
        return import_file("topohub", path, options)

    return run


@pytest.mark.parametrize(
    ("name", "nodes", "arcs", "demands"),
    [
        ("abilene", 12, 30, 132),
        ("polska", 12, 36, 66),
        ("nobel-us", 14, 42, 91),
        ("atlanta", 15, 44, 210),
        ("nobel-germany", 17, 52, 121),
        ("pdh", 11, 68, 24),
        ("dfn-gwin", 11, 94, 110),
        ("germany50", 50, 176, 662),
    ],
)
def test_public_networks_validate(data, name, nodes, arcs, demands):
    """The SNDlib networks have the published numbers of nodes, arcs and demands."""
    values = import_file("topohub", data(f"sndlib/{name}.json"))
    view = load_instance(dict(values)).view
    assert view.network.nodes == nodes
    assert len(view.network.rate) == arcs
    assert (view.network.rate == 1).all()
    assert len(view.steps[0].traffic) == demands


@pytest.mark.parametrize("name", ["abilene", "polska", "dfn-gwin", "germany50"])
def test_shipped_instances_are_the_public_networks(data, name):
    """The restated instances have the nodes, links and demands of the published files."""
    found = import_file("topohub", data(f"sndlib/{name}.json"))
    ours = load_document(INSTANCES / f"sndlib_{name.replace('-', '_')}.yaml").data
    assert ours["topology"] == found["topology"]

    def listed(values):
        pairs = values["workload"]["demands"]["pairs"]
        return sorted((pair["from"], pair["to"], pair["size"]) for pair in pairs)

    assert listed(ours) == listed(found)


def test_line_network(read):
    """Edges become links, demands above zero become pairs, names are kept."""
    values = read(network())
    assert values["units"] == "normalised"
    assert values["topology"] == {
        "kind": "graph",
        "nodes": ["A", "B", "C"],
        "link_rate": 1.0,
        "links": [{"a": "A", "b": "B"}, {"a": "B", "b": "C"}],
    }
    assert values["workload"]["demands"]["pairs"] == [
        {"from": "A", "to": "C", "size": 3.5},
        {"from": "C", "to": "A", "size": 1},
    ]
    load_instance(dict(values))


def test_links_key_of_older_networkx(read):
    """The edges may stand under `links`."""
    values = network()
    values["links"] = values.pop("edges")
    assert len(read(values)["topology"]["links"]) == 2


def test_directed_network_has_arcs(read):
    """A directed network has one-way arcs."""
    topology = read(network(directed=True))["topology"]
    assert topology["arcs"] == [{"from": "A", "to": "B"}, {"from": "B", "to": "C"}]
    assert "links" not in topology


def test_parallel_edges_stay_apart(read):
    """Two edges between the same nodes are two links."""
    edges = [{"source": 0, "target": 1}] * 2 + [{"source": 1, "target": 2}]
    values = read(network(edges=edges))
    assert len(load_instance(dict(values)).view.network.rate) == 6


def test_loops_are_left_out_and_told(read):
    """An edge from a node to itself carries nothing."""
    edges = [*network()["edges"], {"source": 1, "target": 1}]
    values = read(network(edges=edges))
    assert len(values["topology"]["links"]) == 2
    assert "to itself" in " ".join(values.header)


def test_names_are_made_usable_and_told(read):
    """Blanks and repetitions are mended, and the header says which names are new."""
    nodes = [{"id": 0, "name": "New York"}, {"id": 1, "name": "X"}, {"id": 2, "name": "X"}]
    values = read(network(nodes=nodes))
    assert values["topology"]["nodes"] == ["New_York", "X", "X_2"]
    assert "New York (New_York)" in " ".join(values.header)


def test_usable_names():
    """Every name is distinct and free of separators, whatever was given."""
    given = ["a b", "a_b", None, "", "x;y,z", 7, "a_b_2"]
    names = usable_names(given)
    assert names == ["a_b", "a_b_2", "node2", "node3", "x_y_z", "7", "a_b_2_2"]


def test_options(read):
    """Capacity and a uniform demand can be chosen; a uniform one needs no demands."""
    values = network()
    del values["graph"]["demands"]
    found = read(values, capacity=10, uniform="2")
    assert found["topology"]["link_rate"] == 10
    assert found["workload"]["demands"] == {"uniform": 2.0}
    load_instance(dict(found))


@pytest.mark.parametrize("value", [0, -1, "x", float("inf"), float("nan"), True, None])
def test_bad_capacity_is_refused(read, value):
    """A capacity is a number above zero."""
    if value is None:
        assert read(network(), capacity=value)["topology"]["link_rate"] == 1
        return
    with pytest.raises(InputError) as caught:
        read(network(), capacity=value)
    assert caught.value.findings[0].code == "option-value"


def test_all_faults_come_at_once(read):
    """Unknown nodes and bad amounts are named by their place."""
    values = network(edges=[{"source": 0, "target": 9}, {"source": 0}])
    values["graph"]["demands"] = {"0": {"1": -1, "8": 1}, "7": {"0": 1}, "1": 3}
    with pytest.raises(InputError) as caught:
        read(values)
    paths = {finding.path for finding in caught.value.findings}
    assert paths == {
        "edges[0].target",
        "edges[1].target",
        "graph.demands.0.1",
        "graph.demands.0.8",
        "graph.demands.7",
        "graph.demands.1",
    }


@pytest.mark.parametrize(
    "values",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        "{}",
        network(nodes=[]),
        network(nodes=[{"id": 0}, {"id": 0}]),
        network(nodes=7),
        network(edges={"a": 1}),
        network(graph={}),
        network(graph=[]),
        network(graph={"demands": {"0": {"1": "many"}}}),
        json.dumps(network()).replace("3.5", "NaN"),
        json.dumps(network()).replace("3.5", "1e999"),
        json.dumps(network()).replace("3.5", "9" * 5000),
    ],
)
def test_broken_files_are_refused(read, values):
    """Whatever the file holds, the answer is a finding and no traceback."""
    with pytest.raises(InputError):
        read(values)


def test_syntax_error_names_the_line(read):
    """A fault of the JSON itself comes with its line."""
    with pytest.raises(InputError) as caught:
        read('{\n "nodes": [,]\n}')
    assert caught.value.findings[0].line == 2


@pytest.fixture
def package(monkeypatch):
    """Put a stand-in for the package topohub in place; return its networks by key."""
    module, networks = ModuleType("topohub"), {}
    module.__version__ = "1.5.1"
    module.get = networks.__getitem__
    module.__spec__ = importlib.util.spec_from_loader("topohub", None)
    monkeypatch.setitem(sys.modules, "topohub", module)
    return networks


def test_package_is_asked_for_a_name(package):
    """What is no file is a name in the package; the source says so."""
    package["sndlib/line"] = network()
    values = import_file("topohub", "sndlib/line")
    assert values["name"] == "line"
    assert "topohub 1.5.1" in values["source"]
    load_instance(dict(values))


def test_unknown_name_in_the_package(package):
    """A name that the package does not have is refused."""
    with pytest.raises(InputError) as caught:
        import_file("topohub", "sndlib/nowhere")
    assert "sndlib/nowhere" in caught.value.findings[0].message


def test_faulty_network_of_the_package(package):
    """A faulty network of the package is a finding too."""
    package["sndlib/bad"] = network(nodes=[])
    with pytest.raises(InputError) as caught:
        import_file("topohub", "sndlib/bad")
    assert caught.value.findings[0].code == "import-syntax"


def test_missing_package_is_told(monkeypatch):
    """Without the package, the message says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        import_file("topohub", "sndlib/polska")
    assert "pip install topohub" in caught.value.findings[0].fix
