"""What each verb does beyond its exit code."""

import json
from pathlib import Path

import pytest


def test_new_writes_an_instance_that_solves(planner, dummy_problem: Path) -> None:
    """The template goes to stdout or to a file, and solves."""
    text = planner("new", "dummy").stdout
    assert planner("new", "dummy", "-o", "mine.yaml").exit_code == 0
    assert Path("mine.yaml").read_text(encoding="utf-8") == text
    assert planner("solve", "mine.yaml").exit_code == 0


def test_new_overwrites_only_with_force(planner, dummy_problem: Path) -> None:
    """An existing file is kept, unless --force is given."""
    Path("mine.yaml").write_text("precious", encoding="utf-8")
    done = planner("new", "dummy", "-o", "mine.yaml")
    assert done.exit_code == 2
    assert "[file-exists]" in done.stderr
    assert Path("mine.yaml").read_text(encoding="utf-8") == "precious"
    assert planner("new", "dummy", "-o", "mine.yaml", "--force").exit_code == 0
    assert Path("mine.yaml").read_text(encoding="utf-8") != "precious"


def test_check_counts(planner, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` prints what the instance says about itself, where it says something."""
    assert planner("check", instance).stdout == "ok: dummy `five numbers`\n"
    from planner_dummy.models.instance import Choosing

    monkeypatch.setattr(
        Choosing, "summary", lambda self: f"{len(self.numbers)} numbers", raising=False
    )
    assert planner("check", instance).stdout == "ok: 5 numbers\n"


def test_set_changes_the_instance(planner, instance: Path) -> None:
    """--set is applied before solving, in order, and recorded in the result."""
    words = ["--set", "choose=1", "--set", "forbidden=[]"]
    done = planner("solve", instance, *words, "--json")
    found = json.loads(done.stdout)
    assert found["objective"]["value"] == 1.0
    assert found["instance"]["overrides"] == {"choose": 1, "forbidden": []}


def test_options_and_limits_reach_the_method(planner, instance: Path) -> None:
    """Options, limits and seed are recorded as they were asked for."""
    words = ["--method", "stroll", "--option", "steps=3", "--gap", "0.5", "--time-limit", "9",
             "--workers", "2", "--seed", "7", "--json"]  # fmt: skip
    provenance = json.loads(planner("solve", instance, *words).stdout)["provenance"]
    assert provenance["seed"] == 7
    expected = {"method": "stroll", "steps": 3, "gap": 0.5, "time_limit": 9.0, "workers": 2}
    assert provenance["options"] == expected


def test_previous_plan_is_kept(planner, instance: Path, result: Path) -> None:
    """--previous starts from an earlier result and says what became of it."""
    done = planner("solve", instance, "--previous", result, "-o", "next.json")
    assert done.exit_code == 0
    assert "It is kept" in done.stdout


def test_evaluate_takes_plans_and_results(planner, instance: Path, result: Path) -> None:
    """A plan alone and a whole result are worth the same."""
    plan = json.loads(result.read_text(encoding="utf-8"))["plan"]
    Path("plan.json").write_text(json.dumps(plan), encoding="utf-8")
    for source in ("plan.json", result):
        done = planner("evaluate", instance, source, "--json")
        assert done.exit_code == 0
        assert json.loads(done.stdout)["objective"]["value"] == 8.0


def test_verify_names_what_was_rechecked(planner, result: Path) -> None:
    """Objective and bound are shown as recomputed, with who vouches for the bound."""
    done = planner("verify", result)
    assert done.exit_code == 0
    assert "five numbers: verified" in done.stdout
    assert "total 8, recomputed from the plan" in done.stdout
    assert "certificate, re-checked" in done.stdout


def test_verify_names_what_is_taken_on_trust(planner, instance: Path) -> None:
    """A solver's word is listed as such."""
    planner("solve", instance, "--method", "oracle", "-o", "told.json")
    done = planner("verify", "told.json")
    assert done.exit_code == 0
    assert "plan verified, bound NOT re-checked: word of oracle" in done.stdout
    assert "the bound, which is the word of oracle" in done.stdout


def test_strict_verify_takes_nothing_on_trust(planner, instance: Path, result: Path) -> None:
    """With `--strict` a solver's word is not enough; a proof is."""
    planner("solve", instance, "--method", "oracle", "-o", "told.json")
    assert planner("verify", "told.json", "--strict").exit_code == 5
    assert planner("verify", result, "--strict").exit_code == 0


def test_verify_rechecks_that_there_is_no_plan(planner, instance: Path) -> None:
    """The proof of infeasibility is re-checked too."""
    planner("solve", instance, "--set", "choose=5", "-o", "none.json")
    assert "there is no plan, re-checked" in planner("verify", "none.json").stdout


def test_explain_takes_results_and_instances(planner, instance: Path, result: Path) -> None:
    """A result and its instance are explained alike; what binds is named."""
    done = planner("explain", result)
    assert done.exit_code == 0
    assert "number 0" in done.stdout
    assert planner("explain", instance).stdout == done.stdout


def test_explain_says_why_there_is_no_plan(planner, instance: Path) -> None:
    """The user's own field and the smallest change are named."""
    done = planner("explain", instance, "--set", "choose=5")
    assert "allow 1 more" in done.stdout


def test_explain_refuses_to_change_a_result(planner, result: Path) -> None:
    """--set belongs to instances."""
    done = planner("explain", result, "--set", "choose=1")
    assert done.exit_code == 2
    assert "result file" in done.stderr


def test_compare_measures_against_the_best_bound(planner, instance: Path) -> None:
    """Each method has a row; the ratio is to the strongest bound; draws show their spread."""
    done = planner("compare", instance, "--methods", "stroll, sort,draw", "--set", "choose=1")
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line}
    assert rows["stroll"][4] == rows["sort"][4] == "1"
    assert rows["largest"][1] == "3"
    assert "[" in done.stdout
    assert " to " in done.stdout


def test_compare_goes_on_after_a_refusal(planner, instance: Path) -> None:
    """A method that cannot take the instance has a row and a reason; the others run."""
    numbers = ",".join("1" * 30)
    words = ["--methods", "try_all,sort", "--set", f"numbers=[{numbers}]"]
    done = planner("compare", instance, *words)
    assert done.exit_code == 0
    assert "try_all did not run" in done.stdout


def test_compare_refuses_unknown_methods_first(planner, instance: Path, add_method) -> None:
    """A mistyped method is found before any other has run."""
    ran = []
    add_method("notes", lambda instance, run: ran.append(run))
    done = planner("compare", instance, "--methods", "notes,magic")
    assert done.exit_code == 2
    assert "[method-unknown]" in done.stderr
    assert ran == []


def test_compare_without_any_runnable_method_is_bad_input(planner, instance: Path) -> None:
    """If every method refuses, nothing was compared."""
    numbers = ",".join("1" * 30)
    done = planner("compare", instance, "--methods", "try_all", "--set", f"numbers=[{numbers}]")
    assert done.exit_code == 2


def test_methods_say_what_they_prove(planner, dummy_problem: Path) -> None:
    """Every method stands in a row with what it proves."""
    rows = [line.split()[:2] for line in planner("methods", "dummy").stdout.splitlines()]
    assert ["sort", "exact"] in rows
    assert ["draw", "baseline"] in rows


def test_schema_lists_kinds_and_prints_schemas(planner, dummy_problem: Path) -> None:
    """Every kind that is listed has a schema."""
    kinds = planner("schema").stdout.split()
    assert {"result", "dummy", "dummy/plan", "dummy/certificate"} <= set(kinds)
    for kind in kinds:
        assert json.loads(planner("schema", kind).stdout)["title"] == kind
    assert planner("schema", "dummy/plans").exit_code == 2


@pytest.mark.parametrize("verb", ["import", "export"])
def test_formats_are_listed(planner, verb: str) -> None:
    """Without arguments the formats are listed, with their options."""
    done = planner(verb)
    assert done.exit_code == 0
    assert ("topohub" if verb == "import" else "plan-json") in done.stdout
    names = {each["name"] for each in json.loads(planner(verb, "--json").stdout)}
    assert names


@pytest.mark.parametrize(
    "words",
    [["import", "topohub"], ["export", "plan-json"], ["export", "plan-json", "x.json"],
     ["import", "no-such", "x"], ["import", "topohub", "nowhere.json"]],
    ids=" ".join,
)  # fmt: skip
def test_incomplete_exchanges_are_bad_usage(planner, words: list[str]) -> None:
    """A missing source, result or place is exit 2."""
    done = planner(*words)
    assert done.exit_code == 2
    assert done.stdout == ""


def test_export_writes_a_plan_that_evaluates(planner, instance: Path, result: Path) -> None:
    """An exported plan is worth what the result says."""
    done = planner("export", "plan-json", result, "-o", "plan.json")
    assert done.exit_code == 0
    assert done.stdout == "wrote plan.json\n"
    assert "total 8" in planner("evaluate", instance, "plan.json").stdout


RING = {
    "nodes": [{"id": node} for node in "abc"],
    "edges": [{"source": one, "target": two} for one, two in ("ab", "bc", "ca")],
}


def test_import_makes_an_instance(planner) -> None:
    """A file of another tool becomes an instance; options and --set are heeded."""
    Path("ring.json").write_text(json.dumps(RING), encoding="utf-8")
    words = ["import", "topohub", "ring.json", "--option", "uniform=1", "--set", "name=ring"]
    done = planner(*words, "-o", "ring.yaml")
    assert done.exit_code == 0, done.stderr
    assert "name: ring\n" in Path("ring.yaml").read_text(encoding="utf-8")
    assert planner("check", "ring.yaml").exit_code == 0
    assert planner(*words).stdout == Path("ring.yaml").read_text(encoding="utf-8")
    assert json.loads(planner(*words, "--json").stdout)["data"]["name"] == "ring"


def test_import_overwrites_only_with_force(planner) -> None:
    """An existing file is kept, unless --force is given."""
    Path("ring.json").write_text(json.dumps(RING), encoding="utf-8")
    Path("ring.yaml").write_text("precious", encoding="utf-8")
    words = ["import", "topohub", "ring.json", "--option", "uniform=1", "-o", "ring.yaml"]
    assert planner(*words).exit_code == 2
    assert Path("ring.yaml").read_text(encoding="utf-8") == "precious"
    assert planner(*words, "--force").exit_code == 0
