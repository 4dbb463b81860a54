"""The figures of the page on hierarchical sharding are those of the evaluator."""

import re
from pathlib import Path

import pytest

from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.plan import Sharding, UniformPlan
from planner.solvers.hierarchical_sharding import METHODS
from planner.solvers.hierarchical_sharding.named import sharding_of

PAGE = Path(__file__).parents[3] / "docs" / "problems" / "hierarchical_sharding.md"
TEXT = PAGE.read_text(encoding="utf-8")
NUMBERS = r"\| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \|$"


def _costs(instance, sharding):
    time, memory = (
        found.value for found in evaluate(instance, UniformPlan(sharding=sharding)).objectives
    )
    return time, memory / 1e9


def test_worked_example(make):
    """Every row of the table of W1, vectors, memory and both times."""
    row = re.compile(r"^\| `(\w+)` \| (\dx\d, \dx\d, \dx\d, \dx\d) " + NUMBERS, re.MULTILINE)
    rows = row.findall(TEXT)
    assert len(rows) == 7
    for name, vectors, memory, *times in rows:
        sharding = sharding_of(name, (2, 2))
        shown = [tuple(map(int, vector.split("x"))) for vector in vectors.split(", ")]
        assert shown == [
            sharding.parameters,
            sharding.secondary,
            sharding.gradients,
            sharding.optimizer,
        ]
        for passes, time in zip((1, 4), times, strict=True):
            instance = make([(2, 100), (2, 20)], training={"microbatches": passes})
            assert _costs(instance, sharding) == pytest.approx((float(time), float(memory)))


def test_mics_or_hpz(make):
    """Every row of the table of DGX A100, named plans and the two that no name has."""
    node, whole = (8, 1), (8, 16)
    own = {
        "weights in the node, rest over all": (node, whole),
        "weights and gradients in the node, optimizer over all": (node, node),
    }
    rows = re.findall(r"^\| `?([\w ,]+?)`? " + NUMBERS, TEXT, re.MULTILINE)
    assert len(rows) == 7
    for name, memory, *times in rows:
        if name in own:
            p, g = own[name]
            sharding = Sharding(parameters=p, secondary=p, gradients=g, optimizer=whole)
        else:
            sharding = sharding_of(name, whole)
        for passes, time in zip((1, 8), times, strict=True):
            topology = {"kind": "cluster", "cluster": "dgx_a100"}
            instance = make([], 13e9, topology=topology, training={"microbatches": passes})
            found = _costs(instance, sharding)
            assert found == pytest.approx((float(time), float(memory)), abs=0.0051)


def test_methods_are_all_described():
    """The page names every method, and none that does not exist."""
    part = TEXT.split("## Methods")[1].split("## Exports")[0]
    known = {method.name for method in METHODS}
    assert known <= set(re.findall(r"`([a-z0-9_]+)`", part))
