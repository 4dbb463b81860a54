"""How many parts of a plan are not in an earlier one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner as pl
from planner.models.flow_splitting import changes
from planner.models.flow_splitting.plan import ExplicitPlan, Rule, RulePlan

PLACES = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2))
PARTS = st.dictionaries(PLACES, st.sampled_from([1.0, 2.0]), max_size=8)


def plan(parts: dict[tuple[int, int, int], float], **lanes: Any) -> ExplicitPlan:
    """Return a plan of the parts (step, flow, spine) with their sizes."""
    columns = np.array(list(parts), dtype=np.int64).reshape(-1, 3).T
    step, flow, spine = columns
    size = np.array(list(parts.values()), dtype=np.float64)
    return ExplicitPlan(step=step, flow=flow, spine=spine, size=size, **lanes)


@given(old=PARTS, new=PARTS)
def test_parts_are_compared_as_sets(
    old: dict[tuple[int, int, int], float], new: dict[tuple[int, int, int], float]
) -> None:
    """A part counts unless the old plan has it in the same place with the same size."""
    assert changes(plan(old), plan(new)) == len(new.items() - old.items())


def test_rounding_is_no_change() -> None:
    """Sizes that differ in the last digits are the same."""
    assert changes(plan({(0, 0, 0): 1.0}), plan({(0, 0, 0): 1 + 1e-12})) == 0
    assert changes(plan({(0, 0, 0): 1.0}), plan({(0, 0, 0): 1 + 1e-6})) == 1


def test_lanes_count() -> None:
    """Another of the parallel links is another place; no lanes means the first ones."""
    zero, one = np.array([0]), np.array([1])
    place = {(0, 0, 0): 1.0}
    assert changes(plan(place), plan(place, up_lane=zero, down_lane=zero)) == 0
    assert changes(plan(place), plan(place, up_lane=one, down_lane=zero)) == 1


def test_unknown_where_parts_are_not_listed() -> None:
    """Rules, and plans with ragged columns, cannot be compared part by part."""
    rule = RulePlan(rules=(Rule(rule="rotation", spines=2),))
    whole = plan({(0, 0, 0): 1.0})
    assert changes(rule, whole) is None
    assert changes(whole, rule) is None
    ragged = whole.model_copy(update={"spine": np.array([0, 1])})
    assert changes(ragged, whole) is None


@pytest.fixture
def fabric() -> dict[str, Any]:
    """Return six flows between two leaves over three spines, to be kept whole."""
    return {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "six flows",
        "units": "normalised",
        "topology": {"kind": "leaf_spine", "leaves": 2, "spines": 3, "link_rate": 1},
        "workload": {
            "splitting": "whole",
            "flows": [
                {"from": "leaf0", "to": "leaf1", "size": size} for size in (3, 3, 2, 2, 1, 1)
            ],
        },
    }


def test_failed_link_moves_its_flows(fabric: dict[str, Any]) -> None:
    """After a failure at least the flows of that link change, and the result says how many."""
    old = pl.solve(fabric, "local_search")
    fabric["topology"]["failed_links"] = [{"leaf": "leaf0", "spine": "spine0"}]
    new = pl.solve(fabric, "local_search", previous=old)
    moved = new.metrics["changed_parts"]
    assert isinstance(old.plan, ExplicitPlan)
    assert isinstance(moved, int)
    assert int((old.plan.spine == 0).sum()) <= moved <= 6
    assert new.provenance.notes[-1] == (
        f"The previous plan no longer holds (link-absent). The plan is new; {moved} parts changed."
    )
    assert pl.verify(new)


def test_plan_that_is_kept_has_no_changes(fabric: dict[str, Any]) -> None:
    """Solving the same instance again keeps the plan, and nothing changes."""
    new = pl.solve(fabric, "local_search", previous=pl.solve(fabric, "local_search"))
    assert new.metrics["changed_parts"] == 0
    assert "kept, with no change" in new.provenance.notes[-1]
