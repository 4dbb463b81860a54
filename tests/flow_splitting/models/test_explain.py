"""What binds a plan of flow splitting, in words."""

from typing import Any

import pytest

import planner as pl


def instance(link_rate: float, flows: list[tuple[str, str, float]]) -> dict[str, Any]:
    """Return two leaves with two hosts each, a spine, and NICs of rate 1."""
    listed = [{"from": a, "to": b, "size": size} for a, b, size in flows]
    return {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "pair",
        "units": "normalised",
        "topology": {
            "kind": "leaf_spine",
            "leaves": 2,
            "spines": 1,
            "link_rate": link_rate,
            "hosts_per_leaf": 2,
            "nic_rate": 1.0,
        },
        "workload": {"flows": listed},
    }


def reasons(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what binds the plan of an instance."""
    found = pl.explain(pl.solve(data))
    assert {reason.code for reason in found.reasons} == {"busiest"}
    return [(reason.constraint, reason.where) for reason in found.reasons]


def test_busiest_host_binds() -> None:
    """Where a NIC needs longer than every link, its host is named and no link is."""
    data = instance(8.0, [("host0", "host2", 4.0), ("host1", "host3", 2.0), ("host0", "host3", 1)])
    assert reasons(data) == [("topology.nic_rate", "host0")]
    (reason,) = pl.explain(pl.solve(data)).reasons
    assert reason.message == "The NICs bind: they need 5, the fabric 0.875."


def test_receiver_may_bind() -> None:
    """What a host receives counts like what it sends."""
    assert reasons(instance(8.0, [("host0", "host2", 4.0), ("host1", "host2", 2.0)])) == [
        ("topology.nic_rate", "host2")
    ]


@pytest.mark.parametrize("flows", [[("host0", "host2", 3.0)], [("host0", "host1", 3.0)]])
def test_several_hosts_bind(flows: list[tuple[str, str, float]]) -> None:
    """Where several NICs need equally long, none is singled out."""
    assert reasons(instance(8.0, flows)) == [("topology.nic_rate", "NICs")]


def test_links_bind_alone() -> None:
    """Where a link needs longer than the NICs, the busiest link is named."""
    found = reasons(instance(0.5, [("host0", "host2", 4.0)]))
    assert found == [("metrics.busiest_link", "leaf0 -> spine0")]


def test_both_bind() -> None:
    """Where both need equally long, both are named."""
    assert reasons(instance(1.0, [("host0", "host2", 4.0)])) == [
        ("topology.nic_rate", "NICs"),
        ("metrics.busiest_link", "leaf0 -> spine0"),
    ]


def test_collective_binds_all_nics() -> None:
    """Every rank of an all-to-all sends alike."""
    data = instance(8.0, [])
    data["workload"] = {"collective": {"operation": "all_to_all", "size": 4.0}}
    assert reasons(data) == [("topology.nic_rate", "NICs")]
