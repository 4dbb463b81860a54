"""`--json`: one document on stdout, whatever happens."""

from pathlib import Path

import pytest

from planner.cli.main import VERBS


def document(done):
    import json

    return json.loads(done.stdout)


WORDS = {
    "new": ["dummy"],
    "check": ["numbers.yaml"],
    "solve": ["numbers.yaml"],
    "explain": ["numbers.yaml"],
    "compare": ["numbers.yaml", "--methods", "sort,draw"],
    "evaluate": ["numbers.yaml", "numbers.result.json"],
    "verify": ["numbers.result.json"],
    "recertify": ["numbers.yaml", "numbers.result.json"],
    "import": [],
    "export": ["plan-json", "numbers.result.json", "-o", "plan.json"],
    "problems": [],
    "methods": ["dummy"],
    "schema": ["result"],
}


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_prints_one_document(planner, result: Path, name: str) -> None:
    """Each verb's whole stdout is one JSON document."""
    done = planner(name, *WORDS[name], "--json")
    assert done.exit_code == 0, done.output
    assert document(done)


def test_solve_prints_a_result_that_verifies(planner, instance: Path) -> None:
    """What `solve --json` prints is a result file; none is written beside it."""
    done = planner("solve", instance, "--json")
    assert not Path("numbers.result.json").exists()
    assert document(done)["objective"]["value"] == 8.0
    Path("printed.json").write_text(done.stdout, encoding="utf-8")
    assert planner("verify", "printed.json").exit_code == 0


def test_solve_prints_and_writes_where_asked(planner, instance: Path) -> None:
    """With -o the result is on stdout and in the file."""
    done = planner("solve", instance, "--json", "-o", "kept.json")
    assert planner("verify", "kept.json").exit_code == 0
    assert document(done)["sha256"] in Path("kept.json").read_text(encoding="utf-8")


def test_findings_are_a_document(planner, instance: Path) -> None:
    """Faults of the input come as JSON with code, file, line and fix; stderr stays empty."""
    text = instance.read_text(encoding="utf-8")
    instance.write_text(text.replace("choose: 2", "choose: zero"), encoding="utf-8")
    done = planner("check", instance, "--json")
    assert done.exit_code == 2
    assert done.stderr == ""
    (error,) = document(done)["errors"]
    assert error["line"] == 5
    assert error["path"] == "choose"
    assert error["code"]
    assert error["fix"]


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        (["solve"], 2, "usage"),
        (["sovle"], 2, "usage"),
        (["solve", "numbers.yaml", "--colour"], 2, "usage"),
        (["methods", "nothing"], 2, "problem-unknown"),
        (["solve", "numbers.yaml", "--method", "breaks"], 1, "internal"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_failures_are_documents(
    planner, instance: Path, add_method, words: list[str], code: int, name: str
) -> None:
    """Usage errors and defects come as JSON too."""
    add_method("breaks", lambda instance, run: 1 // 0)
    done = planner(*words, "--json")
    assert done.exit_code == code
    assert document(done)["errors"][0]["code"] == name


def test_infeasible_is_a_document_with_reasons(planner, instance: Path) -> None:
    """An infeasible result says why, in fields."""
    done = planner("solve", instance, "--set", "choose=5", "--json")
    assert done.exit_code == 3
    assert document(done)["why"][0]["constraint"] == "forbidden"


def test_compare_gives_results_and_baselines(planner, instance: Path) -> None:
    """A comparison holds the result of each method, and the statistics of the baselines."""
    found = document(planner("compare", instance, "--methods", "sort,draw,first", "--json"))
    assert set(found["results"]) == {"sort", "draw", "first"}
    assert set(found["baselines"]) == {"draw", "first"}
    metrics = found["baselines"]["draw"]["metrics"]
    assert metrics["total_draws"] == 200
    assert metrics["total_p5"] <= metrics["total"] <= metrics["total_p95"]


def test_long_lists_stay_in_a_row(planner, instance: Path) -> None:
    """A plan of many entries does not take a line for each."""
    numbers = ",".join(["1"] * 200)
    done = planner(
        "solve", instance, "--set", f"numbers=[{numbers}]", "--json", "--set", "choose=150"
    )
    assert len(document(done)["plan"]["chosen"]) == 150
    assert len(done.stdout.splitlines()) < 200
