"""A file of the wrong kind, or without its side-cars, is told in one line."""

import json
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "numbers.yaml"],
        ["solve", "numbers.yaml", "--previous", "numbers.yaml", "-o", "next.json"],
        ["evaluate", "numbers.yaml", "numbers.yaml"],
        ["recertify", "numbers.yaml", "numbers.yaml"],
        ["export", "plan-json", "numbers.yaml", "-o", "plan.json"],
    ],
    ids=lambda words: words[0],
)
def test_instance_in_place_of_a_result(planner, instance: Path, words: list[str]) -> None:
    """One line says that it is an instance, and how to make a result of it."""
    done = planner(*words)
    assert done.exit_code == 2
    assert done.stderr == (
        "error: [file-kind] `numbers.yaml` is an instance. Give a result; "
        "`planner solve numbers.yaml` makes one.\n"
    )


@pytest.mark.parametrize("verb", ["check", "solve", "compare"])
def test_result_in_place_of_an_instance(planner, result: Path, verb: str) -> None:
    """One line says that it is a result, and what takes one."""
    done = planner(verb, "numbers.result.json")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "`numbers.result.json` is a result" in done.stderr
    assert "planner verify numbers.result.json" in done.stderr


def test_faults_of_the_right_kind_are_told_as_ever(planner, instance: Path) -> None:
    """A faulty instance is not mistaken for something else."""
    done = planner("check", instance, "--set", "choose=0")
    assert "file-kind" not in done.stderr
    assert "choose" in done.stderr


@pytest.mark.parametrize("verb", ["verify", "export"])
def test_lost_side_car_is_2_and_names_data(planner, folder: Path, verb: str) -> None:
    """Files that do not lie beside the result are no fault of it: --data says where they are."""
    own = Path(__file__).parents[2] / "instances" / "flow_splitting"
    solved = planner("solve", own / "moe_dispatch.yaml", "-m", "lpt", "-o", "moe.json")
    assert solved.exit_code == 0
    words = {"export": ["export", "plan-csv", "moe.json", "-o", "plan.csv"]}
    command = words.get(verb, [verb, "moe.json"])
    done = planner(*command)
    assert done.exit_code == 2
    assert "not found beside the result" in done.stderr
    assert "--data DIR" in done.stderr
    assert planner(*command, "--data", own).exit_code == 0


def test_violations_come_before_what_follows_from_them(planner, result: Path) -> None:
    """A plan that breaks limits is named before the figures that are wrong for it."""
    values = json.loads(result.read_text(encoding="utf-8"))
    values["plan"]["chosen"] = [0, 3]
    result.write_text(json.dumps(values), encoding="utf-8")
    done = planner("verify", result)
    assert done.exit_code == 5
    codes = [line.split("]")[0].strip(" [") for line in done.stdout.splitlines() if "[" in line]
    assert codes[:2] == ["digest-result", "forbidden-number"]
    assert "objective-mismatch" in codes[2:]


def test_durations_have_their_unit() -> None:
    """Times beside an objective in seconds are in seconds, all other metrics are bare."""
    from planner.cli import show

    assert show.measured("theta", 1e-5, "s") == "10 us"
    assert show.measured("step_times", [1e-3, 2.0], "s") == "1 ms, 2 s"
    assert show.measured("nic_time", None, "s") == "-"
    assert show.measured("theta", 0.5, "1") == "0.5"
    assert show.measured("fabric_load_max", 5.0, "s") == "5"
