"""The plan as JSON with its report: read back as a plan, and enough to recount everything."""

import json

import numpy as np
import pytest

import planner as pl
from planner.formats import export_file

N, NODE, ONE = (2, 2), (2, 1), (1, 1)


@pytest.fixture
def solved(machine):
    """W1 with 5 GB, solved."""
    instance = machine(limits={"memory": "5 GB"}, training={"microbatches": 4})
    return instance, pl.solve(instance)


def test_round_trip(solved, tmp_path):
    """`planner evaluate` reads the file as the plan it holds."""
    instance, result = solved
    (path,) = export_file("plan-json", result, instance, tmp_path / "plan.json")
    again = pl.evaluate(instance, path)
    assert again.plan == result.plan
    assert again.objective == result.objective


def test_report(solved, tmp_path):
    """Claims, front, runner-ups, memory and verdicts stand in the report."""
    instance, result = solved
    (path,) = export_file("plan-json", result, instance, tmp_path / "plan.json")
    report = json.loads(path.read_text())["report"]
    assert (report["status"], report["bound_source"]) == ("optimal", "enumeration")
    assert [round(point["time"], 9) for point in report["front"]] == [0.72, 0.37, 0.22, 0.15, 0.12]
    assert report["runner_ups"]["plans"] == []
    assert sum(report["memory"]["terms"].values()) == report["memory"]["total"] == 5e9
    assert [row["framework"] for row in report["frameworks"]] == ["deepspeed", "fsdp2", "internevo"]
    assert report["states"][0]["pieces"] == {
        "parameters": 2,
        "secondary": 2,
        "gradients": 2,
        "optimizer": 4,
    }


def test_bytes_can_be_recounted_from_the_rank_lists(solved, tmp_path):
    """A reader who knows only the file and the machine finds the same bytes and times.

    Every group gathers pieces from the outermost level in: a device receives, at each level, the
    pieces of the members in the other child units.
    """
    instance, result = solved
    (path,) = export_file("plan-json", result, instance, tmp_path / "plan.json")
    report = json.loads(path.read_text())["report"]
    total, (inner, outer) = 0.0, report["fanouts"]
    for row in report["collectives"]:
        received = np.zeros(2)
        for ranks in report["groups"][row["group"]]["ranks"]:
            pairs = [rank // inner for rank in ranks]
            piece = row["buffer_bytes"] / len(ranks)
            units = len(set(pairs))
            near = len(ranks) // units
            across = (units - 1) * piece
            received = np.maximum(received, [(near - 1) * units * piece, across])
        assert received.tolist() == pytest.approx(row["device_bytes"])
        seconds = received[0] / 100e9 + received[1] / (20e9 / inner)
        assert seconds == pytest.approx(row["seconds"], rel=1e-9)
        total += row["times"] * seconds
    assert outer == 2
    assert total == pytest.approx(report["objective"]["value"], rel=1e-9)


def test_runner_ups_leave_the_plan_out(machine, tmp_path):
    """Runner-ups are other plans within 2 %, at most twenty of them."""
    instance = machine(
        ((4, 100), (6, 100)), training={"microbatches": 2}, limits={"memory": "9 GB"}
    )
    result = pl.solve(instance)
    (path,) = export_file("plan-json", result, instance, tmp_path / "plan.json")
    report = json.loads(path.read_text())["report"]
    own = (report["objective"]["value"], report["memory"]["total"])
    found = [(plan["time"], plan["memory"]) for plan in report["runner_ups"]["plans"]]
    assert 0 < len(found) <= 20
    assert len(found) <= report["runner_ups"]["count"]
    assert all(pair != pytest.approx(own, rel=1e-9) for pair in found)
    assert all(time <= own[0] * 1.02 * (1 + 1e-9) for time, _ in found)


def test_long_rank_lists_go_to_the_npz(machine, uniform, tmp_path):
    """Groups of many ranks leave the JSON, and the plan is still read."""
    instance = machine(((8, 100), (2048, 20)))
    plan = uniform((8, 1), (8, 1), (8, 1), (8, 2048))
    result = pl.evaluate(instance, plan)
    files = export_file("plan-json", result, instance, tmp_path / "plan.json")
    assert [path.name for path in files] == ["plan.json", "plan.npz"]
    report = json.loads(files[0].read_text())["report"]
    reference = report["groups"][0]["ranks"]
    assert np.load(files[1])[reference["npz"]].shape == (2048, 8)
    assert pl.evaluate(instance, files[0]).plan == plan


def test_plans_that_do_not_fit_have_no_report(machine, uniform, tmp_path):
    """A plan of other levels is written as it is."""
    result = pl.evaluate(machine(), uniform((2,), (2,), (2,), (2,)))
    (path,) = export_file("plan-json", result, machine(), tmp_path / "plan.json")
    assert json.loads(path.read_text()).keys() == {"kind", "sharding", "schedule"}


def test_results_without_a_memory_limit_are_read_back(machine, tmp_path):
    """`memory: unlimited` survives in the result: it is verified and exported."""
    result = pl.solve(machine(limits={"memory": "unlimited"}))
    path = tmp_path / "x.result.json"
    result.save(path)
    assert pl.verify(path).ok
    (plan,) = pl.export(path, "plan-json", tmp_path / "plan.json")
    assert json.loads(plan.read_text())["report"]["memory"]["limit"] is None
