"""Task sets and quantum networks of other tools."""

import json

import pytest

import planner as pl
from planner.formats import import_file

TASK_SET = {
    "slot_s": 0.01,
    "nodes": {
        "0": {"end_node": True, "comm": ["0-C0"], "storage": ["0-S0"]},
        "1": {"end_node": True, "comm": ["1-C0"], "storage": []},
    },
    "edges": [{"u": "0", "v": "1", "length_km": 5}],
    "tasks": [
        {
            "id": 7, "src": "0", "dst": "1", "f_min": 0.6, "rate_hz": 6.25, "period_slots": 16,
            "length_slots": 3, "busy": {"0-C0": [[0, 2]], "0-S0": [[0, 3]], "1-C0": [[0, 3]]},
        }
    ],
}  # fmt: skip

GML = """graph [
  node [ id 0 label "A" end_node 1 comm_qs "_networkx_list_start" comm_qs "A-C0"
         storage_qs "A-S0" storage_qs "A-S1" ]
  node [ id 1 label "R" end_node 0 comm_qs "R-C0" comm_qs "R-C1" ]
  node [ id 2 label "B" end_node 1 comm_qs "B-C0" ]
  edge [ source 0 target 1 weight 5 ]
  edge [ source 1 target 2 length 12.5 ]
]
"""


@pytest.fixture
def task_file(tmp_path):
    """Return a function that writes a task set with changes."""

    def write(**changes):
        path = tmp_path / "set.json"
        path.write_text(json.dumps({"instance": {**TASK_SET, **changes}}))
        return path

    return write


def test_task_set(task_file):
    """Nodes, slot length, periods and busy intervals arrive as they are; the set solves."""
    instance = pl.load(import_file("rigid-tasks", task_file()))
    assert instance.view.pools == ("0-C0", "0-S0", "1-C0")
    assert instance.view.demands[0].name == "task7"
    assert pl.solve(instance, "rcpsp_np_edf").value == 6.25


def test_task_set_without_tasks(task_file):
    """A field of the wrong kind is named by its path."""
    with pytest.raises(pl.InputError) as caught:
        import_file("rigid-tasks", task_file(tasks="none", slot_s=-1))
    assert {finding.path for finding in caught.value.findings} == {"tasks", "slot_s"}


def test_task_set_with_other_names(task_file):
    """Qubits that are not called after their node are refused, for the model names them so."""
    nodes = {"0": {"comm": ["left"]}, "1": {"comm": ["1-C0"]}}
    with pytest.raises(pl.InputError, match="`0-C0`"):
        import_file("rigid-tasks", task_file(nodes=nodes))


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"tasks": [None]}, "tasks.0", "this is not an object"),
        ({"nodes": {"0": []}}, "nodes.0", "this is not an object"),
        ({"slot_s": 0}, "slot_s", "this is not above 0"),
        ({"slot_s": "short"}, "slot_s", "this is not a number"),
        ({"hyperperiod_slots": 24}, "hyperperiod_slots",
         "24 slots, but the periods repeat after 16"),
        ({"tasks": [{**TASK_SET["tasks"][0], "period_slots": 0}]}, "tasks.0.period_slots",
         "this is below 1"),
    ],
)  # fmt: skip
def test_task_set_with_faults(task_file, changes, path, message):
    """Faults speak of the file, not of how it is read."""
    with pytest.raises(pl.InputError) as caught:
        import_file("rigid-tasks", task_file(**changes))
    (found,) = caught.value.findings
    assert (found.path, found.message) == (path, message)


def test_task_set_with_a_hyperperiod(task_file):
    """A multiple of every period may stand there."""
    assert import_file("rigid-tasks", task_file(hyperperiod_slots=32))["workload"]


def test_no_json(tmp_path):
    """What is no JSON is one clear fault."""
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(pl.InputError, match="this is not JSON"):
        import_file("rigid-tasks", tmp_path / "x.json")


def test_quantum_gml(tmp_path):
    """Nodes that list qubits make a quantum network, with random demands up to the load."""
    (tmp_path / "net.gml").write_text(GML)
    data = import_file("gml", tmp_path / "net.gml", {"load": "2 Hz", "min_fidelity": 0.9})
    assert data["problem"] == "entanglement_scheduling"
    assert data["topology"]["nodes"] == [
        {"name": "A", "communication_qubits": 1, "storage_qubits": 2},
        {"name": "R", "end_node": False, "communication_qubits": 2},
        {"name": "B", "communication_qubits": 1},
    ]
    assert [link["length"] for link in data["topology"]["links"]] == ["5 km", "12.5 km"]
    instance = pl.load(data)
    assert sum(want.rate for want in instance.view.demands) >= 2
    assert {want.source for want in instance.view.demands} <= {0, 2}


def test_graphml_by_request(tmp_path):
    """A plain graph is a quantum network where the user says so, otherwise one of workers."""
    (tmp_path / "net.graphml").write_text(
        '<graphml><graph><node id="a"/><node id="b"/>'
        '<edge source="a" target="b"/></graph></graphml>'
    )
    plain = import_file("graphml", tmp_path / "net.graphml")
    asked = import_file("graphml", tmp_path / "net.graphml", {"problem": "entanglement_scheduling"})
    assert (plain["problem"], asked["problem"]) == ("gossip_rates", "entanglement_scheduling")


def test_options_of_the_other_problem(tmp_path):
    """An option that means nothing for the problem at hand is refused by name."""
    (tmp_path / "net.gml").write_text(GML)
    with pytest.raises(pl.InputError, match="`costs`"):
        import_file("gml", tmp_path / "net.gml", {"costs": "latency"})
    with pytest.raises(pl.InputError, match="above 1"):
        import_file("gml", tmp_path / "net.gml", {"min_fidelity": 1.5})


QUANTUM = {"problem": "entanglement_scheduling"}


@pytest.mark.parametrize("length", ["-5", "long", "nan", "inf"])
def test_lengths_that_are_none(tmp_path, length):
    """A length is a number from 0 on or is left out; nothing takes its place unasked."""
    path = tmp_path / "net.gml"
    path.write_text(GML.replace("length 12.5", f'length "{length}"'))
    with pytest.raises(pl.InputError) as caught:
        import_file("gml", path)
    (finding,) = caught.value.findings
    assert "length" in f"{finding.path} {finding.message}"
    assert finding.line == 7 or finding.path == "edge[1].length"


def test_what_is_renamed_or_left_out_is_told(tmp_path):
    """Repeated labels and loops stand in the lines above the instance."""
    (tmp_path / "net.gml").write_text(
        'graph [ node [ id 0 label "a" ] node [ id 1 label "a" ] edge [ source 0 target 1 ]'
        " edge [ source 1 target 1 ] ]"
    )
    found = import_file("gml", tmp_path / "net.gml", QUANTUM)
    assert [node["name"] for node in found["topology"]["nodes"]] == ["a", "a_2"]
    header = " ".join(found.header)
    assert "a (a_2)" in header
    assert "1 links from a node to itself" in header
