"""Problems of other packages that cannot be loaded do not harm the rest."""

import logging
import pkgutil
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

import planner as pl
from planner.catalog import entries, registry

OWN = {info.name for info in pkgutil.iter_modules(entries.__path__)}
"""Names of the problems that ship with the planner; each has a file of its name."""


@pytest.fixture(autouse=True)
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three entry points that are of no use."""
    values = {"gone": "a_package_that_is_not_there:PROBLEM", "quits": "math:no_such_name",
              "odd": "math:pi"}  # fmt: skip
    points = [EntryPoint(name, value, registry.GROUP) for name, value in values.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry.problems.cache_clear()
    yield
    registry.problems.cache_clear()


def test_others_are_listed_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Our own problems are there, and the log names each package once."""
    with caplog.at_level(logging.WARNING, logger="planner"):
        assert {problem.name for problem in pl.problems()} == OWN
    assert len(caplog.records) == 3
    assert "a_package_that_is_not_there" in caplog.text


@pytest.mark.parametrize("name", ["gone", "quits", "odd"])
def test_broken_one_is_refused_by_name(name: str) -> None:
    """Whoever asks for that very problem is told what is wrong with it."""
    for ask in (lambda: pl.methods(name), lambda: pl.load({"problem": name})):
        with pytest.raises(pl.InputError) as error:
            ask()
        assert error.value.findings[0].code == "catalog-entry"
