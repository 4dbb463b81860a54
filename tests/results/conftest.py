"""A small instance of the dummy problem, and its results."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner as pl


@pytest.fixture
def data() -> dict[str, Any]:
    """Choose 2 of 5 numbers, one of them forbidden: the optimum is 3 + 5 = 8."""
    return {
        "problem": "dummy",
        "schema_version": 1,
        "name": "five numbers",
        "numbers": [5, 3, 8, 1, 9],
        "choose": 2,
        "forbidden": [3],
    }


@pytest.fixture
def solved(dummy_problem: Path, data: dict[str, Any]) -> Callable[..., pl.Result]:
    """Return a function that solves the small instance, with changed fields, by a method."""

    def solve(method: str = "sort", **changes: Any) -> pl.Result:
        return pl.solve({**data, **changes}, method)

    return solve


@pytest.fixture
def long_data(data: dict[str, Any]) -> dict[str, Any]:
    """An instance whose plan has more entries than the JSON holds."""
    return {**data, "numbers": list(range(13_000)), "choose": 12_000, "forbidden": []}
