"""Small instances that tests of this folder vary."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

import planner as pl

BASE: dict[str, Any] = {
    "problem": "wan_training",
    "schema_version": 1,
    "name": "small",
    "model": {"layers": 6, "parameters": 6e8, "step_time": "170 ms"},
    "link": {"bandwidth": "8 Gbit/s"},
    "choices": {
        "inner_steps": [10],
        "fragment_layers": [2],
        "fragment_interval": [3],
        "outer_bits": [16],
    },
    "objective": "utilisation",
}

Maker = Callable[..., Any]


def data(**changes: Any) -> dict[str, Any]:
    """Return the data of the small instance; `a__b=value` changes the field `a.b`."""
    found = copy.deepcopy(BASE)
    for path, value in changes.items():
        *folders, name = path.split("__")
        place = found
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    return found


@pytest.fixture
def make() -> Maker:
    """Load the small instance with changes."""
    return lambda **changes: pl.load(data(**changes))
