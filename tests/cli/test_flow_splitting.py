"""The verbs on a real problem: what a network engineer types first."""

import json
from pathlib import Path

import pytest

INSTANCES = Path(__file__).parents[2] / "instances" / "flow_splitting"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("two_flows_three_spines", "2 leaves, 3 spines, 4 hosts; 2 flows in 1 step"),
        ("three_failures_16x16", "16 leaves, 16 spines, 3 failed links; 240 flows in 1 step"),
        ("all_to_all_65536",
         "1,024 leaves, 64 spines, 65,536 hosts; 4,294,901,760 flows in 1 step"),
        ("ring_all_reduce_256", "16 leaves, 16 spines, 256 hosts; 130,560 flows in 510 steps"),
        ("sndlib_polska", "12 nodes, 36 arcs; 66 flows in 1 step"),
    ],
)  # fmt: skip
def test_check_counts_what_is_there(planner, name: str, counts: str) -> None:
    """Nodes, failures, flows and steps are counted, repeated steps as often as they repeat."""
    assert planner("check", INSTANCES / f"{name}.yaml").stdout == f"ok: {counts}\n"


def test_plan_goes_round(planner) -> None:
    """Solve, verify, export and evaluate agree on one plan."""
    file = INSTANCES / "two_flows_three_spines.yaml"
    assert planner("solve", file).exit_code == 0
    result = "two_flows_three_spines.result.json"
    assert planner("verify", result).exit_code == 0
    assert planner("export", "plan-json", result, "-o", "plan.json").exit_code == 0
    found = json.loads(planner("evaluate", file, "plan.json", "--json").stdout)
    assert found["objective"]["value"] == pytest.approx(2 / 3, rel=1e-9)
    assert found["metrics"]["parts"] == 4


def test_disconnected_names_the_hosts(planner) -> None:
    """An infeasible fabric names the field and the hosts that are cut off."""
    done = planner("solve", INSTANCES / "disconnected.yaml")
    assert done.exit_code == 3
    assert "topology.failed_links, trainer4, trainer5 (rack2)" in done.stdout


def test_compare_shows_the_expected_load_of_hashing(planner) -> None:
    """The mean over 2,000 draws of the load ratio is 4.54 within 2 %."""
    file = INSTANCES / "halving_doubling_256.yaml"
    done = planner("compare", file, "--methods", "ecmp", "--json")
    metrics = json.loads(done.stdout)["baselines"]["ecmp"]["metrics"]
    assert metrics["load_ratio_draws"] == 2000
    assert metrics["load_ratio"] == pytest.approx(4.54, rel=0.02)
    objective = json.loads(done.stdout)["baselines"]["ecmp"]["objective"]["value"]
    assert objective == pytest.approx(metrics["completion_time"])


def test_recertify_after_a_failure(planner) -> None:
    """A link that fails takes the plan down; the old proof restates a higher bound."""
    file = INSTANCES / "two_flows_three_spines.yaml"
    planner("solve", file, "-o", "old.json")
    failed = "topology.failed_links=[{leaf: leaf0, spine: spine2}]"
    done = planner("recertify", file, "old.json", "--set", failed, "--json")
    assert done.exit_code == 5
    found = json.loads(done.stdout)
    assert found["plan_holds"] is False
    assert found["violations"][0]["code"] == "link-absent"
    assert found["bound"] == pytest.approx(1.0)
