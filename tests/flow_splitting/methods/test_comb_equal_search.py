"""Equal cuts where links or flows differ, and parallel links that differ at a spine."""

import numpy as np
import pytest

import planner as pl
from planner.solvers.flow_splitting.packing.cutting import wrap_around


def data(topology: dict, splitting: str, sizes: tuple[float, ...]) -> dict:
    """Two leaves, one flow per size from the first to the second."""
    flows = [{"from": "leaf0", "to": "leaf1", "size": size} for size in sizes]
    return {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "two leaves",
        "units": "normalised",
        "topology": {"kind": "leaf_spine", "leaves": 2, **topology},
        "workload": {"splitting": splitting, "flows": flows},
    }


def test_unequal_flows_are_spread_in_equal_parts() -> None:
    """Flows of 64 and 32 over eight links finish at 12, not at the 64 of whole flows."""
    result = pl.solve(data({"spines": 8, "link_rate": 1}, "equal", (64, 32)))
    assert result.method == "equal_search"
    assert result.value == pytest.approx(12, rel=1e-9)
    assert result.status == "optimal"


@pytest.mark.parametrize("seed", range(4))
def test_equal_search_is_never_worse_than_its_rivals(seed: int) -> None:
    """On random sizes and rates it is at least as good as whole flows and as Ethereal."""
    rng = np.random.default_rng(seed)
    groups = [{"count": int(n), "link_rate": float(n)} for n in rng.integers(1, 4, 2)]
    instance = data({"spine_groups": groups}, "equal", tuple(rng.integers(1, 9, 5).tolist()))
    instance["workload"]["flows"] += [{"from": "leaf1", "to": "leaf0", "size": 3}]
    found = pl.solve(instance, "equal_search", time_limit=2)
    rivals = [pl.solve(instance, name) for name in ("local_search", "greedy_online")]
    assert all(found.value <= rival.value * (1 + 1e-9) for rival in rivals)
    assert pl.verify(found).ok


@pytest.mark.parametrize("method", ["auto", "splittable_lp"])
def test_lanes_that_differ_at_a_spine_cost_nothing(method: str) -> None:
    """One fast link up and two slow ones down carry 12 in 6, because parts change lanes."""
    fast = {"leaf": "leaf0", "spine": "spine0", "up_rate": 2, "down_rate": 2, "parallel_links": 1}
    topology = {"spines": 1, "link_rate": 1, "parallel_links": 2, "link_overrides": [fast]}
    result = pl.solve(data(topology, "free", (6, 6)), method)
    assert result.status == "optimal"
    assert result.value == pytest.approx(6, rel=1e-9)


@pytest.mark.parametrize("method", ["wrap_around", "equal_parts"])
def test_methods_that_keep_lanes_refuse(method: str) -> None:
    """What joins equal lanes only says so instead of a plan twice as slow."""
    down = [{"leaf": "leaf0", "spine": "spine0", "links": 1}]
    fast = {"leaf": "leaf0", "spine": "spine0", "up_rate": 2, "down_rate": 2}
    topology = {"spines": 1, "link_rate": 1, "parallel_links": 2, "failed_links": down}
    topology["link_overrides"] = [fast]
    with pytest.raises(pl.CapabilityError, match="differ at the two ends"):
        pl.solve(data(topology, "free", (6, 6)), method)


def test_dust_is_not_lost_when_flows_are_cut() -> None:
    """An item far below the rounding of the sum still comes out whole."""
    size = np.array([1e15, 1e-9, 1e15])
    item, _, amount = wrap_around(
        np.zeros(3, dtype=np.int64), size, np.zeros(2, dtype=np.int64), np.full(2, 1e15)
    )
    assert np.bincount(item, amount, 3) == pytest.approx(size, rel=1e-12)


def test_rates_too_far_apart_are_refused() -> None:
    """A link of 1e-10 among links of 1 is taken for a wrong unit."""
    groups = [{"count": 1, "link_rate": 1}, {"count": 1, "link_rate": 1e-10}]
    with pytest.raises(pl.InputError) as caught:
        pl.load(data({"spine_groups": groups}, "free", (1,)))
    (finding,) = caught.value.findings
    assert finding.code == "rates-apart"
    assert finding.path == "topology.spine_groups[1].link_rate"
