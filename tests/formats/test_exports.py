"""Exports: what other programmes find in the files, for every kind of plan."""

import csv
import json
import re

import numpy as np
import pytest

from planner.api.evaluate import evaluate
from planner.formats import export_file
from planner.models.base.errors import CapabilityError, InputError
from planner.models.base.evaluation import Objective, Reason
from planner.models.flow_splitting.certificate import (
    BoundsCertificate,
    DegreeProof,
    UnreachableCertificate,
)
from planner.models.flow_splitting.plan import (
    AggregatedArcsPlan,
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
    Rule,
    RulePlan,
)

FABRIC = {
    "kind": "leaf_spine",
    "leaves": ["rack-a", "rack-b"],
    "spines": 3,
    "link_rate": "100 Gbit/s",
    "hosts": {"rack-a": ["a0", "a1"], "rack-b": ["b0", "b1"]},
}
FLOWS = [
    {"name": "left", "from": "a0", "to": "b0", "size": "1000 B"},
    {"name": "right", "from": "a1", "to": "b1", "size": "1000 B"},
]
GRAPH = {
    "kind": "graph",
    "nodes": ["A", "B", "C"],
    "link_rate": 1,
    "links": [{"a": "A", "b": "B"}, {"a": "B", "b": "C"}, {"a": "A", "b": "C"}],
}
THIRDS = AggregatedPlan(
    step=[0] * 3, source=[0] * 3, target=[1] * 3, spine=[0, 1, 2], size=[2000 / 3] * 3
)
PLANS = {
    "explicit": ExplicitPlan(step=[0, 0], flow=[0, 1], spine=[2, 0], size=[1000, 1000]),
    "aggregated": THIRDS,
    "rule": RulePlan(rules=(Rule(rule="source_index", spines=3),)),
}
GRAPH_PLANS = {
    "explicit_paths": ExplicitPathsPlan(
        flow=[0, 0], size=[1.5, 0.5], path_start=[0, 1, 3], arcs=[0, 4, 3]
    ),
    "aggregated_arcs": AggregatedArcsPlan(source=[0, 0, 0], arc=[0, 4, 3], size=[1.5, 0.5, 0.5]),
}


@pytest.fixture(scope="module")
def fabric(make):
    """Two flows of 1000 bytes between two racks."""
    return make(FABRIC, {"flows": FLOWS}, name="two racks")


@pytest.fixture(scope="module")
def graph(make):
    """A demand of 2 from A to B in a triangle."""
    pairs = [{"from": "A", "to": "B", "size": 2}]
    return make(GRAPH, {"demands": {"pairs": pairs}}, units="normalised")


@pytest.fixture
def export(tmp_path, result_of):
    """Return a function that exports a plan and returns the rows of the table."""

    def run(kind, instance, plan, **options):
        path = tmp_path / "table.csv"
        assert export_file(kind, result_of(instance, plan), instance, path, options) == [path]
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    return run


@pytest.mark.parametrize("kind", PLANS)
def test_plan_csv_on_a_fabric(export, fabric, kind):
    """The parts of every flow add up to it, and the paths run from rack to rack."""
    rows = export("plan-csv", fabric, PLANS[kind])
    sums = {"left": 0.0, "right": 0.0}
    for row in rows:
        sums[row["name"]] += float(row["bytes"])
        assert re.fullmatch(r"rack-a>spine[0-2]>rack-b", row["path"])
        assert (row["from"], row["to"]) in {("a0", "b0"), ("a1", "b1")}
    assert sums == pytest.approx({"left": 1000, "right": 1000}, rel=1e-12)
    assert len(rows) == (4 if kind == "aggregated" else 2)


@pytest.mark.parametrize("kind", GRAPH_PLANS)
def test_plan_csv_on_a_graph(export, graph, kind):
    """Paths through a graph name every node; amounts on arcs are taken apart."""
    rows = export("plan-csv", graph, GRAPH_PLANS[kind])
    assert [(row["amount"], row["path"]) for row in rows] == [("1.5", "A>B"), ("0.5", "A>C>B")]


def test_qp_table_has_whole_bytes(export, fabric):
    """Queue pairs carry whole bytes that add up to the message."""
    rows = export("qp-table", fabric, THIRDS)
    assert [(row["name"], row["qp"], row["bytes"], row["spine"]) for row in rows] == [
        ("left", "0", "667", "spine0"),
        ("left", "1", "333", "spine1"),
        ("right", "0", "333", "spine1"),
        ("right", "1", "667", "spine2"),
    ]
    assert "udp_source_port" not in rows[0]
    assert (rows[0]["leaf"], rows[0]["target_leaf"]) == ("rack-a", "rack-b")
    assert (rows[0]["source"], rows[0]["target"]) == ("a0", "b0")


def test_qp_table_leaves_out_empty_queue_pairs(export, fabric):
    """A part of less than half a byte is no queue pair; numbers stay without gaps."""
    plan = ExplicitPlan(step=[0, 0, 0], flow=[0, 0, 1], spine=[0, 1, 2], size=[0.25, 999.75, 1000])
    rows = export("qp-table", fabric, plan)
    assert [(row["qp"], row["bytes"]) for row in rows] == [("0", "1000"), ("0", "1000")]


def test_qp_table_with_ports(export, fabric):
    """With a base port, the port stands for the path."""
    rows = export("qp-table", fabric, PLANS["explicit"], udp_base=50_000)
    assert [row["udp_source_port"] for row in rows] == ["50002", "50000"]


@pytest.mark.parametrize("base", [0, 65_534, "high", 1.5])
def test_bad_base_port_is_refused(export, fabric, base):
    """Every path needs a port below 65,536."""
    with pytest.raises(InputError) as caught:
        export("qp-table", fabric, PLANS["explicit"], udp_base=base)
    assert caught.value.findings[0].code == "option-value"


def test_ports_on_a_graph_are_refused(export, graph):
    """On a graph no port stands for a path."""
    with pytest.raises(InputError):
        export("qp-table", graph, GRAPH_PLANS["explicit_paths"], udp_base=50_000)


def test_qp_table_of_parallel_links(export, make):
    """The lane of every queue pair is told, and counts for the port."""
    topology = {**FABRIC, "spines": 1, "parallel_links": 2}
    instance = make(topology, {"flows": FLOWS})
    plan = ExplicitPlan(
        step=[0, 0], flow=[0, 1], spine=[0, 0], size=[1000, 1000], up_lane=[1, 0], down_lane=[0, 1]
    )
    rows = export("qp-table", instance, plan, udp_base=50_000)
    assert [(row["up_lane"], row["down_lane"]) for row in rows] == [("1", "0"), ("0", "1")]
    assert [row["udp_source_port"] for row in rows] == ["50001", "50000"]


@pytest.mark.parametrize("kind", GRAPH_PLANS)
def test_qp_table_on_a_graph(export, graph, kind):
    """On a graph the table names the nodes on the way."""
    rows = export("qp-table", graph, GRAPH_PLANS[kind])
    assert [row["path"] for row in rows] == ["A>B", "A>C>B"]
    assert "spine" not in rows[0]


@pytest.mark.parametrize("kind", [*PLANS, *GRAPH_PLANS])
def test_link_loads_agree_with_the_evaluator(export, fabric, graph, kind):
    """The busiest link of the table needs as long as the evaluator says."""
    instance = fabric if kind in PLANS else graph
    plan = (PLANS | GRAPH_PLANS)[kind]
    rows = export("link-loads", instance, plan)
    assert len(rows) == (12 if kind in PLANS else 6)
    busiest = max(float(row["load_over_rate"]) for row in rows)
    assert busiest == pytest.approx(evaluate(instance, plan).metrics["theta"], rel=1e-12)


def test_link_loads_of_flows_that_are_never_listed(export, make):
    """The loads of a rule over 4,294,901,760 flows are counted in closed form."""
    topology = {"kind": "leaf_spine", "leaves": 1024, "spines": 64, "hosts_per_leaf": 64}
    workload = {"collective": {"operation": "all_to_all", "size": 65536}}
    instance = make({**topology, "link_rate": 1}, workload, units="normalised")
    rows = export("link-loads", instance, RulePlan(rules=(Rule(rule="rotation", spines=64),)))
    assert len(rows) == 2 * 1024 * 64
    assert {row["load"] for row in rows} == {repr(1023 * 64.0)}


def test_link_loads_leave_out_links_that_are_down(export, make):
    """Failed links are not in the table, parallel ones are told apart."""
    topology = {**FABRIC, "spines": 1, "parallel_links": 2}
    topology["failed_links"] = [{"leaf": "rack-b", "spine": "spine0", "links": 1}]
    instance = make(topology, {"flows": FLOWS})
    plan = AggregatedPlan(step=[0], source=[0], target=[1], spine=[0], size=[2000])
    rows = export("link-loads", instance, plan)
    found = [(row["from"], row["to"], row["lane"], float(row["load"])) for row in rows]
    assert found == [
        ("rack-a", "spine0", "0", 1000.0),
        ("rack-a", "spine0", "1", 1000.0),
        ("rack-b", "spine0", "0", 0.0),
        ("spine0", "rack-a", "0", 0.0),
        ("spine0", "rack-a", "1", 0.0),
        ("spine0", "rack-b", "0", 2000.0),
    ]


@pytest.mark.parametrize("kind", [*PLANS, *GRAPH_PLANS])
def test_plan_json_is_evaluated_as_the_plan(tmp_path, result_of, fabric, graph, kind):
    """The exported plan, read back, is worth exactly what the plan is worth."""
    instance = fabric if kind in PLANS else graph
    plan = (PLANS | GRAPH_PLANS)[kind]
    path = tmp_path / "plan.json"
    assert export_file("plan-json", result_of(instance, plan), instance, path) == [path]
    assert json.loads(path.read_text())["kind"] == kind
    again, before = evaluate(instance, path), evaluate(instance, plan)
    assert again.violations == ()
    assert again.objectives == before.objectives
    assert again.metrics == before.metrics


def test_long_plans_go_to_an_npz(tmp_path, result_of, make):
    """A plan with more than 10,000 parts leaves the JSON and comes back whole."""
    count = 12_000
    flows = [{"from": "a0", "to": "b0", "size": "1 kB"}] * count
    instance = make(FABRIC, {"flows": flows})
    plan = ExplicitPlan(
        step=np.zeros(count, int),
        flow=np.arange(count),
        spine=np.arange(count) % 3,
        size=np.full(count, 1000.0),
    )
    path = tmp_path / "plan.json"
    written = export_file("plan-json", result_of(instance, plan), instance, path)
    assert [file.name for file in written] == ["plan.json", "plan.npz"]
    assert path.stat().st_size < 2000
    again = evaluate(instance, path)
    assert again.metrics["parts"] == count
    assert again.violations == ()


def test_certificate_json_holds_the_claims(tmp_path, result_of, fabric):
    """Bound, gap, proof and the digest of the instance are in the file."""
    proof = BoundsCertificate(value=1.5, steps=(DegreeProof(value=1.5),))
    objective = Objective(name="completion_time", value=2.0, unit="s")
    result = result_of(
        fabric,
        certificate=proof,
        objective=objective,
        bound=1.5,
        bound_source="certificate",
        gap=1 / 3,
    )
    (path,) = export_file("certificate-json", result, fabric, tmp_path / "proof.json")
    values = json.loads(path.read_text())
    assert values["format"] == "planner-certificate/1"
    assert values["instance"] == {"name": "two racks", "sha256": fabric.sha256()}
    assert (values["bound"], values["gap"], values["objective"]["value"]) == (1.5, 1 / 3, 2.0)
    assert values["certificate"]["steps"] == [{"proof": "degree", "value": 1.5}]


def test_certificate_json_of_an_infeasible_instance(tmp_path, result_of, fabric):
    """A proof that there is no plan is exported with its reasons."""
    why = Reason(code="unreachable", constraint="topology.failed_links", where="b0", message="cut")
    result = result_of(
        fabric,
        certificate=UnreachableCertificate(step=0, flow=1),
        status="infeasible",
        why=(why,),
    )
    (path,) = export_file("certificate-json", result, fabric, tmp_path / "proof.json")
    values = json.loads(path.read_text())
    assert values["certificate"] == {"kind": "unreachable", "step": 0, "flow": 1}
    assert values["why"][0]["where"] == "b0"


@pytest.mark.parametrize(
    ("most", "splitting", "expected"),
    [(1, "whole", (1, 0)), (4, "equal", (4, 1)), (2, "free", (2, 1))],
)
def test_nccl_variables(tmp_path, result_of, make, most, splitting, expected):
    """The most parts of a flow become queue pairs; splitting is on where there are several."""
    instance = make(FABRIC, {"flows": FLOWS, "splitting": splitting})
    result = result_of(instance, PLANS["explicit"], metrics={"max_parts": most})
    (path,) = export_file("nccl-env", result, instance, tmp_path / "nccl.env")
    text = path.read_text()
    assert f"NCCL_IB_QPS_PER_CONNECTION={expected[0]}\n" in text
    assert f"NCCL_IB_SPLIT_DATA_ON_QPS={expected[1]}\n" in text
    assert ("different sizes" in text) == (splitting == "free")


@pytest.mark.parametrize("metrics", [{}, {"max_parts": None}, {"max_parts": 4096}])
def test_nccl_variables_that_do_not_exist_are_refused(tmp_path, result_of, fabric, metrics):
    """Without parts per flow, or with too many, there is nothing to tell NCCL."""
    with pytest.raises(CapabilityError):
        export_file("nccl-env", result_of(fabric, metrics=metrics), fabric, tmp_path / "nccl.env")


@pytest.mark.parametrize(
    "kind", ["plan-csv", "plan-json", "qp-table", "certificate-json", "link-loads"]
)
def test_nothing_to_export_is_refused(tmp_path, result_of, fabric, kind):
    """A result without a plan or certificate leaves no file behind."""
    path = tmp_path / "out"
    with pytest.raises(CapabilityError):
        export_file(kind, result_of(fabric), fabric, path)
    assert not path.exists()


def test_refused_plans_leave_no_file(tmp_path, result_of, fabric):
    """A plan that cannot be listed does not overwrite a table that is there."""
    path = tmp_path / "table.csv"
    path.write_text("old")
    short = AggregatedPlan(step=[0], source=[0], target=[1], spine=[0], size=[1])
    with pytest.raises(CapabilityError):
        export_file("plan-csv", result_of(fabric, short), fabric, path)
    assert path.read_text() == "old"
