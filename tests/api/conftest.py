"""A small instance of the dummy problem."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def data(dummy_problem: Path) -> dict[str, Any]:
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
def file(data: dict[str, Any], tmp_path: Path) -> Path:
    """The small instance as a file."""
    path = tmp_path / "five.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in data.items()), encoding="utf-8")
    return path
