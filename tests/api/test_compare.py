"""`compare`: several methods side by side."""

import json
from pathlib import Path
from typing import Any

import pytest

import planner as pl
from planner.solvers.contract import Answer, Progress


def test_rows_share_the_strongest_bound(data: dict[str, Any]) -> None:
    """Every gap is measured against the best bound that any method proved."""
    found = pl.compare(data, ["first", "sort", "stroll", "oracle"])
    assert [row.method for row in found.rows] == ["first", "sort", "stroll", "oracle"]
    assert found.bound_source == "certificate"
    assert all(row.gap is not None and row.gap < 1e-12 for row in found.rows)
    assert [row.status for row in found.rows] == ["feasible", "optimal", "feasible", "optimal"]


def test_baselines_are_filled_in(data: dict[str, Any]) -> None:
    """Each result lists what the baselines reach, and verifies with them."""
    found = pl.compare(data, ["sort", "first", "draw"])
    assert set(found.results["sort"].baselines) == {"first", "draw"}
    assert set(found.results["first"].baselines) == {"draw"}
    for result in found.results.values():
        assert pl.verify(result)


def test_stochastic_method_is_given_by_its_means(data: dict[str, Any]) -> None:
    """The row of a random baseline shows the mean, not its one plan."""
    row = pl.compare(data, ["draw"], seed=4).rows[0]
    assert row.objective is not None
    assert row.objective.value == row.metrics["total"]
    assert row.metrics["total_draws"] == 200
    assert row.metrics["total_seed"] == 4


def test_refusals_and_broken_limits_are_rows(data: dict[str, Any]) -> None:
    """A method that cannot run says so, and one that breaks limits has no gap."""
    many = {**data, "numbers": list(range(30)), "forbidden": [0]}
    found = pl.compare(many, ["try_all", "blind", "sort"])
    assert "at most 20" in (found.rows[0].message or "")
    assert (found.rows[1].status, found.rows[1].gap) == ("violates_limits", None)
    assert set(found.results) == {"blind", "sort"}


def test_default_is_every_method_that_can(data: dict[str, Any]) -> None:
    """Without a list, all methods run that take the instance."""
    found = pl.compare({**data, "numbers": list(range(30))})
    names = [row.method for row in found.rows]
    assert "try_all" not in names
    assert {"sort", "worker_sort", "stroll", "first"} <= set(names)


def test_auto_names_what_it_became(data: dict[str, Any]) -> None:
    """`auto` may take part, under the name of its pick."""
    assert pl.compare(data, ["auto"]).rows[0].method == "auto (sort)"


def test_unknown_method_is_refused(data: dict[str, Any]) -> None:
    """A typing error is an error, not a row."""
    with pytest.raises(pl.InputError, match="method-unknown"):
        pl.compare(data, ["sort", "frist"])


def test_interrupt_ends_the_comparison(data: dict[str, Any]) -> None:
    """After Ctrl-C the rest is not run, and what there is stays."""

    def interrupt(progress: Progress, answer: Answer | None) -> None:
        raise KeyboardInterrupt

    found = pl.compare(data, ["first", "stroll", "sort"], progress=interrupt)
    assert [row.status for row in found.rows] == ["feasible", "unknown", None]
    assert found.rows[2].message == "not run: interrupted"


def test_json_and_tables(data: dict[str, Any], tmp_path: Path) -> None:
    """The comparison has a JSON form without the results, and a table for Jupyter."""
    found = pl.compare(data, ["sort", "first"])
    values = json.loads(found.model_dump_json())
    assert set(values) == {"problem", "name", "bound", "bound_source", "bound_scope", "rows"}
    assert "<table>" in found._repr_html_()
    assert str(found) == "sort: optimal, total 8.0\nfirst: feasible, total 8.0"
