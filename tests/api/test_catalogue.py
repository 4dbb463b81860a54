"""`problems`, `methods`, `new` and `check`, for a problem from another distribution."""

from pathlib import Path
from typing import Any

import pytest

import planner as pl


def test_external_problem_is_found_by_its_entry_point(dummy_problem: Path) -> None:
    """A distribution adds a problem through the group `planner.problems`, ours come first."""
    names = [problem.name for problem in pl.problems()]
    assert names[-1] == "dummy"
    assert "flow_splitting" in names


def test_methods_of_a_problem(dummy_problem: Path) -> None:
    """Methods say what they prove; an unknown problem is refused."""
    assert {method.name: method.proves for method in pl.methods("dummy")}["sort"] == "exact"
    with pytest.raises(pl.InputError, match="problem-unknown"):
        pl.methods("juggling")


def test_template_solves(dummy_problem: Path, tmp_path: Path) -> None:
    """What `new` writes is an instance that solves; it overwrites nothing."""
    text = pl.new("dummy", tmp_path / "mine.yaml")
    assert text == (tmp_path / "mine.yaml").read_text()
    assert pl.solve(tmp_path / "mine.yaml").status == "optimal"
    with pytest.raises(pl.InputError, match="file-exists"):
        pl.new("dummy", tmp_path / "mine.yaml")
    with pytest.raises(pl.InputError, match="file-unwritable"):
        pl.new("dummy", tmp_path / "none" / "mine.yaml")


def test_check_returns_every_fault(file: Path, data: dict[str, Any]) -> None:
    """Faults come as a list; a good instance has none."""
    assert pl.check(file) == ()
    broken = {**data, "choose": 0, "colour": "red", "numbers": [-1]}
    findings = pl.check(broken)
    assert {finding.path for finding in findings} == {"choose", "colour", "numbers[0]"}
    assert all(finding.code and finding.fix for finding in findings)
