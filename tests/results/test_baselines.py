"""Baselines beside a result: what they reach, and whether they may be compared with its bound."""

from typing import Any

import planner as pl

HALVES: dict[str, Any] = {
    "problem": "flow_splitting",
    "schema_version": 1,
    "name": "halves",
    "units": "normalised",
    "topology": {"kind": "leaf_spine", "leaves": 2, "spines": 2, "link_rate": 1},
    "workload": {
        "splitting": "whole",
        "flows": [{"from": "leaf0", "to": "leaf1", "size": 1, "name": "only"}],
    },
}


def test_baseline_that_breaks_limits_may_beat_the_bound() -> None:
    """Equal cuts are better than any whole flow; beside a whole plan they are listed as broken."""
    found = pl.compare(HALVES, ["exact", "ethereal"])
    cut = found.results["ethereal"]
    assert cut.status == "violates_limits"
    row = found.results["exact"].baselines["ethereal"]
    assert (row.objective.value, row.keeps_limits) == (0.5, False)
    for result in found.results.values():
        checked = pl.verify(result)
        assert checked, checked.violations


def test_nothing_is_said_about_the_parts_of_a_plan_below_the_bound() -> None:
    """A plan that breaks limits to beat the bound has a certificate that holds, without parts."""
    result = pl.solve(HALVES, "ethereal")
    certificate: Any = result.certificate
    assert certificate.value > 0.9
    assert (certificate.parts, certificate.parts_at) == (None, None)
