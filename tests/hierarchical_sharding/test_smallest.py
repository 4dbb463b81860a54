"""The smallest achievable memory, and input that leaves no choice at all."""

import itertools

import pytest

import planner as pl
from planner.models.base.errors import InputError
from planner.models.hierarchical_sharding.optimum import find_optimum
from planner.models.hierarchical_sharding.smallest import smallest_memory

CLASSES = [
    {"name": "layer", "count": 8, "parameters": 1e8},
    {"name": "embedding", "parameters": 2e9},
    {"name": "head", "parameters": 3e7, "unit_parameters": 0},
]


@pytest.mark.parametrize("keep", [[False], [True], [False, True]])
@pytest.mark.parametrize("classes", [CLASSES[:2], CLASSES])
def test_smallest_memory_is_that_of_the_front(build, classes, keep) -> None:
    """With one sharding for all classes no class goes its own way to save a buffer."""
    view = build(model={"classes": classes}, policy={"keep": keep}).view
    assert smallest_memory(view).total == pytest.approx(
        float(find_optimum(view).front.memory[0]), rel=1e-12
    )


def test_following_the_advice_leads_to_a_plan(build) -> None:
    """A limit at the smallest memory told has a plan, one just below has none."""
    least = smallest_memory(build(model={"classes": CLASSES}).view).total
    found = [
        pl.solve(build(model={"classes": CLASSES}, limits={"memory": f"{least * share!r} B"}))
        for share in (1 - 1e-6, 1 + 1e-6)
    ]
    assert [result.status for result in found] == ["infeasible", "optimal"]


@pytest.mark.parametrize(
    ("section", "field"),
    [
        *itertools.product(["precision"], ["forward", "backward", "gradients", "sync", "update"]),
        ("policy", "frameworks"),
        ("policy", "keep"),
    ],
)
def test_an_empty_choice_is_refused(build, section, field) -> None:
    """A list with nothing to choose from is a fault of the input."""
    with pytest.raises(InputError) as caught:
        build(**{section: {field: []}})
    assert caught.value.findings[0].path == f"{section}.{field}"


def test_without_a_memory_limit_none_is_blamed(build) -> None:
    """Too few communicators are the only thing in the way, and the only thing named."""
    instance = build(
        model={"classes": CLASSES},
        policy={"mixed": True, "keep": [True]},
        limits={"communicators": 1},
    )
    result = pl.solve(instance)
    assert all("memory" not in reason.message for reason in result.why)
