"""Options of methods are known by name; a slip of the pen is not ignored."""

import json

import pytest


@pytest.mark.parametrize("method", ["sort", "auto", "stroll"])
def test_unknown_option_is_2(planner, instance, method: str) -> None:
    """An option that the method does not read is refused, and the known ones are named."""
    done = planner("solve", instance, "--method", method, "--option", "stepps=3")
    assert done.exit_code == 2
    assert "[option-unknown]" in done.stderr
    known = "Its options: `steps`, `pause`." if method == "stroll" else "Its options: none."
    assert known in done.stderr


def test_comparison_gives_each_method_its_own(planner, instance) -> None:
    """An option that one of the methods knows goes to that one; one that none knows is refused."""
    words = ["compare", instance, "--methods", "sort,stroll", "--json"]
    done = planner(*words, "--option", "steps=3")
    assert done.exit_code == 0
    results = json.loads(done.stdout)["results"]
    assert results["stroll"]["provenance"]["options"]["steps"] == 3
    assert "steps" not in results["sort"]["provenance"]["options"]
    assert planner(*words, "--option", "stepps=3").exit_code == 2


def test_methods_lists_the_options(planner, dummy_problem) -> None:
    """`methods` says which options there are."""
    assert "Swaps to try" in planner("methods", "dummy").stdout
    listed = {
        each["name"]: each for each in json.loads(planner("methods", "dummy", "--json").stdout)
    }
    assert set(listed["stroll"]["options"]) == {"steps", "pause"}


def test_options_of_flow_splitting_are_those_it_reads() -> None:
    """Methods of flow splitting declare what they read from their run."""
    from planner.solvers.flow_splitting import METHODS

    declared = {method.name: set(method.options) for method in METHODS if method.options}
    assert declared == {
        "milp": {"backend"},
        "exact_paths": {"backend"},
        "ecmp": {"draws", "subflows"},
    }


@pytest.mark.parametrize("text", ["", " , "])
def test_no_method_at_all_is_a_usage_error(planner, instance, text: str) -> None:
    """`compare --methods ""` says what is missing."""
    done = planner("compare", instance, "--methods", text)
    assert done.exit_code == 2
    assert "names no method" in done.stderr


def test_missing_package_is_named(planner, instance, add_method) -> None:
    """A package that is not installed is no defect of the planner."""

    def needs(instance, run):
        import a_solver_that_is_not_there

        return a_solver_that_is_not_there

    add_method("needs", needs)
    done = planner("solve", instance, "--method", "needs")
    assert done.exit_code == 1
    assert "Install the package `a_solver_that_is_not_there`" in done.stderr
    assert "defect" not in done.stderr
