"""A command line in a folder of its own, with the dummy problem to work on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli.main import main

Planner = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the test, empty at first."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def planner() -> Planner:
    """Run the command line in this process; exceptions that it lets through fail the test."""

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    return run


@pytest.fixture
def instance(dummy_problem: Path, folder: Path) -> Path:
    """A file with an instance of the dummy problem, whose optimum is 8."""
    path = folder / "numbers.yaml"
    lines = ["problem: dummy", "schema_version: 1", "name: five numbers",
             "numbers: [5, 3, 8, 1, 9]", "choose: 2", "forbidden: [3]"]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def result(planner: Planner, instance: Path) -> Path:
    """The file of an optimal result of that instance."""
    path = instance.with_name("numbers.result.json")
    assert planner("solve", instance, "-o", path).exit_code == 0
    return path


@pytest.fixture
def add_method(dummy_problem: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give the dummy problem a further method, for the length of the test."""

    def add(name: str, function: Callable[..., Any], proves: str = "heuristic") -> None:
        from planner_dummy import solvers
        from planner_dummy.solvers import methods

        from planner.solvers.contract import Method

        method = Method(
            name=name,
            proves=proves,  # type: ignore[arg-type]
            summary="A method of a test.",
            entry=f"planner_dummy.solvers.methods:{name}",
        )
        monkeypatch.setattr(methods, name, function, raising=False)
        monkeypatch.setattr(solvers, "METHODS", (*solvers.METHODS, method))

    return add


def document(done: Result) -> Any:
    """Return the JSON document on stdout, of which there is exactly one."""
    return json.loads(done.stdout)
