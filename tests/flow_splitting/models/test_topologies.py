"""A topology that contradicts itself is refused, with the place of the contradiction."""

import pytest

GROUPS = [{"count": 2, "link_rate": 2.0}, {"count": 1, "link_rate": 1.0, "parallel_links": 3}]
FLOW = {"flows": [{"from": "leaf0", "to": "leaf1", "size": 1.0}]}


def link(leaf, spine, **more):
    """Return an entry of `failed_links` or `link_overrides`."""
    return {"leaf": f"leaf{leaf}", "spine": f"spine{spine}", **more}


def issues(build, fields, workload=FLOW):
    """Return code and place of each fault of a topology."""
    fabric = {"kind": "leaf_spine", "leaves": 2}
    topology = fields if "kind" in fields else {**fabric, **fields}
    instance = build(topology, workload, check=False)
    return [(issue.code, ".".join(map(str, issue.loc))) for issue in instance.cross_check()]


@pytest.mark.parametrize("field", ["link_rate", "parallel_links"])
@pytest.mark.parametrize("value", [1, 2])
def test_groups_have_their_own_links(build, field, value):
    """What holds for all spines cannot stand beside groups, not even the default."""
    found = issues(build, {"spine_groups": GROUPS, field: value})
    assert found == [("one-of", f"topology.{field}")]


def test_groups_alone_are_fine(build):
    """Groups need nothing beside them; an empty rate is no rate."""
    assert issues(build, {"spine_groups": GROUPS, "link_rate": None}) == []


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"spines": 2, "link_rate": 1.0, "parallel_links": 2}, 2),
        ({"spine_groups": [{"count": 2, "link_rate": 1.0}]}, 1),
        ({"spine_groups": [GROUPS[1], GROUPS[0]]}, 1),
        ({"spine_groups": [{"count": 1, "link_rate": 1.0}, GROUPS[1]]}, 3),
        (
            {
                "spines": 2,
                "link_rate": 1.0,
                "link_overrides": [link(0, 1, parallel_links=4), link(0, 0, up_rate=2.0)],
            },
            4,
        ),
    ],
)
def test_no_more_links_fail_than_there_are(build, fields, most):
    """The number of parallel links comes from the override, the group or the topology."""
    down = [link(0, 1, links=most)]
    assert issues(build, {**fields, "failed_links": down}) == []
    down = [link(0, 1, links=most + 1)]
    expected = [("out-of-range", "topology.failed_links.0.links")]
    assert issues(build, {**fields, "failed_links": down}) == expected


@pytest.mark.parametrize("field", ["failed_links", "link_overrides"])
def test_link_is_listed_once(build, fabric, field):
    """The second entry of a link is a fault: it would undo or repeat the first."""
    more = {} if field == "failed_links" else {"up_rate": 2.0}
    links = [link(0, 1, **more), link(1, 1, **more), link(0, 1, **more)]
    topology = fabric(2, 3, **{field: links})
    assert issues(build, topology) == [("link-repeated", f"topology.{field}.2")]


def test_failed_edge_of_a_graph_is_listed_once(build):
    """The direction in which an edge is named does not matter."""
    topology = {
        "kind": "graph",
        "nodes": ["a", "b", "c"],
        "links": [{"a": "a", "b": "b", "rate": 1.0}, {"a": "b", "b": "c", "rate": 1.0}],
        "failed_links": [{"a": "a", "b": "b"}, {"a": "b", "b": "a"}],
    }
    workload = {"flows": [{"from": "b", "to": "c", "size": 1.0}]}
    expected = [("link-repeated", "topology.failed_links.1")]
    assert issues(build, topology, workload) == expected


def test_failed_edge_of_a_graph_was_there(build):
    """What is down is a link or an arc, named in any direction; unknown nodes are reported once."""
    topology = {
        "kind": "graph",
        "nodes": ["a", "b", "c"],
        "links": [{"a": "a", "b": "b", "rate": 1.0}],
        "arcs": [{"from": "b", "to": "c", "rate": 1.0}],
        "failed_links": [{"a": "c", "b": "b"}, {"a": "a", "b": "c"}, {"a": "a", "b": "z"}],
    }
    workload = {"flows": [{"from": "a", "to": "b", "size": 1.0}]}
    assert sorted(issues(build, topology, workload)) == [
        ("unknown-link", "topology.failed_links.1"),
        ("unknown-node", "topology.failed_links.2.b"),
    ]


def test_leaf_without_hosts_is_fine(build, fabric):
    """An empty list of hosts says that nothing hangs off a leaf."""
    assert issues(build, fabric(2, 1, hosts={"leaf0": ["a", "b"], "leaf1": []})) == []
