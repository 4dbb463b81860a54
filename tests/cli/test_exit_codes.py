"""One exit code per outcome, and a message that says what to change."""

import dataclasses
from pathlib import Path

import pytest

from planner.models.base.errors import BackendError
from planner.solvers.contract import Answer


def test_plan_is_0(planner, instance: Path) -> None:
    """A plan is exit 0."""
    assert planner("solve", instance).exit_code == 0


def test_defect_is_1_without_traceback(planner, instance: Path, add_method) -> None:
    """An unexpected exception is exit 1, one line, and asks for --debug."""
    add_method("breaks", lambda instance, run: 1 // 0)
    done = planner("solve", instance, "--method", "breaks")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "ZeroDivisionError" in done.stderr
    assert "--debug" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["before", "after"])
def test_debug_shows_the_traceback(planner, instance: Path, add_method, place: str) -> None:
    """--debug adds the traceback, wherever it stands."""
    add_method("breaks", lambda instance, run: 1 // 0)
    words = ["solve", instance, "--method", "breaks"]
    done = planner(*(["--debug", *words] if place == "before" else [*words, "--debug"]))
    assert done.exit_code == 1
    assert "Traceback" in done.stderr


def test_backend_failure_is_1(planner, instance: Path, add_method) -> None:
    """A crashed solver library is exit 1 with its message."""

    def crashes(instance, run):
        raise BackendError("HiGHS answered nonsense")

    add_method("crashes", crashes)
    done = planner("solve", instance, "--method", "crashes")
    assert done.exit_code == 1
    assert done.stderr == "error: HiGHS answered nonsense\n"


def test_bad_input_is_2_with_a_line_per_fault(planner, instance: Path) -> None:
    """Every fault of a file has a line of its own with code, file and line."""
    text = instance.read_text(encoding="utf-8")
    instance.write_text(text.replace("choose: 2", "choose: 0\ncolour: red"), encoding="utf-8")
    done = planner("check", instance)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert "numbers.yaml:5" in done.stderr
    assert "numbers.yaml:6" in done.stderr


def test_missing_file_is_2(planner, dummy_problem: Path) -> None:
    """A file that is not there is bad input."""
    done = planner("solve", "nowhere.yaml")
    assert done.exit_code == 2
    assert "nowhere.yaml" in done.stderr


def test_unknown_path_of_set_is_2(planner, instance: Path) -> None:
    """--set with a path that does not exist is bad input, and names the nearest."""
    done = planner("solve", instance, "--set", "chose=3")
    assert done.exit_code == 2
    assert "choose" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--time-limit", "0"],
        ["--time-limit", "nan"],
        ["--time-limit", "inf"],
        ["--gap", "-1"],
        ["--workers", "0"],
        ["--seed", "x"],
        ["--progress", "loud"],
        ["--method", "magic"],
        ["--option", "steps"],
        ["--option", "a.b=1"],
        ["--previous", "nowhere.json"],
        ["-o", "no/such/folder/plan.json"],
        ["--sett", "choose=3"],
    ],
    ids=" ".join,
)
def test_bad_options_are_2(planner, instance: Path, words: list[str]) -> None:
    """Limits, names and places that make no sense are refused before anything is solved."""
    done = planner("solve", instance, *words)
    assert done.exit_code == 2
    assert "error: " in done.stderr
    assert done.stdout == ""
    assert not Path("numbers.result.json").exists()


def test_refused_instance_is_2_and_names_other_methods(planner, instance: Path) -> None:
    """A method that cannot take the instance says which can."""
    numbers = ",".join("1" * 30)
    done = planner("solve", instance, "--method", "try_all", "--set", f"numbers=[{numbers}]")
    assert done.exit_code == 2
    assert "sort" in done.stderr


def test_infeasible_is_3_and_says_why(planner, instance: Path) -> None:
    """A proof that there is no plan is exit 3, with the user's own field."""
    done = planner("solve", instance, "--set", "choose=5")
    assert done.exit_code == 3
    assert "infeasible" in done.stdout
    assert "[too-few] forbidden, 4 of 5 numbers: 5 have" in done.stdout


def test_stopped_without_a_plan_is_4(planner, instance: Path, add_method) -> None:
    """A limit reached before any plan is exit 4."""
    add_method("gives_up", lambda instance, run: Answer(stopped_by="time"))
    done = planner("solve", instance, "--method", "gives_up")
    assert done.exit_code == 4
    assert "the time limit" in done.stdout


def test_time_limit_with_a_plan_is_0(planner, instance: Path) -> None:
    """A plan found before the limit is a plan."""
    words = ["--method", "stroll", "--option", "pause=0.02", "--option", "steps=10000"]
    done = planner("solve", instance, *words, "--time-limit", "0.2")
    assert done.exit_code == 0
    assert "the time limit" in done.stdout


def test_lying_method_is_5(planner, instance: Path, add_method) -> None:
    """A claim that the re-check refutes is exit 5, and nothing is saved."""
    from planner_dummy.solvers.methods import sort

    def lies(instance, run):
        answer = sort(instance, run)
        return dataclasses.replace(answer, objective=1.0)

    add_method("lies", lies, "exact")
    done = planner("solve", instance, "--method", "lies")
    assert done.exit_code == 5
    assert "objective-mismatch" in done.stderr
    assert not Path("numbers.result.json").exists()


def test_baseline_that_breaks_limits_is_5(planner, instance: Path) -> None:
    """A baseline's plan that breaks limits is shown with what it breaks."""
    done = planner("solve", instance, "--method", "blind", "--set", "forbidden=[0]")
    assert done.exit_code == 5
    assert "violates limits" in done.stdout
    assert "[forbidden-number] forbidden: number 0" in done.stdout


def test_edited_result_is_5(planner, result: Path) -> None:
    """A changed figure in a result is found and named."""
    text = result.read_text(encoding="utf-8")
    result.write_text(text.replace('"value": 8.0', '"value": 7.0'), encoding="utf-8")
    done = planner("verify", result)
    assert done.exit_code == 5
    assert "refuted" in done.stdout
    assert "[digest-result]" in done.stdout
    assert "[objective-mismatch] objective" in done.stdout


def test_outside_plan_that_breaks_limits_is_5(planner, instance: Path) -> None:
    """A plan from outside is evaluated, and what it breaks is named."""
    Path("plan.json").write_text('{"kind": "explicit", "chosen": [0, 3]}', encoding="utf-8")
    done = planner("evaluate", instance, "plan.json")
    assert done.exit_code == 5
    assert "[forbidden-number]" in done.stdout


def test_stale_plan_is_5(planner, instance: Path, result: Path) -> None:
    """An old plan that a changed instance forbids no longer holds."""
    assert planner("recertify", instance, result).exit_code == 0
    done = planner("recertify", instance, result, "--set", "forbidden=[0]")
    assert done.exit_code == 5
    assert "no longer holds" in done.stdout
