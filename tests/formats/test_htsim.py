"""Topologies and connection matrices of htsim."""

import pytest

from planner.formats import import_file
from planner.loading import load_instance
from planner.models.base.errors import InputError

THREE_TIERS = """\
# eight hosts in two pods
Nodes 8
Tiers 3
Podsize 4

Tier 0
Downlink_speed_Gbps 200
Radix_Down 2
Radix_Up 2
Downlink_Latency_ns 1000

Tier 1
Downlink_speed_Gbps 200
Radix_Down 2
Radix_Up 4
Downlink_Latency_ns 1000
Switch_Latency_ns 100
Bundle 1

Tier 2
Downlink_speed_Gbps 100
Radix_Down 4
Bundle 2
"""
TWO_TIERS = """\
Nodes 8
Tiers 2
Podsize 8
Tier 0
Downlink_speed_Gbps 400
Radix_Down 4
Radix_Up 4
Oversubscribed 1
Downlink_Latency_ns 500
Tier 1
Downlink_speed_Gbps 400
Radix_Down 4
Bundle 2
Downlink_Latency_ns 500
"""
BUTTERFLY = """\
Nodes 4
Connections 4
Triggers 2
0->1 id 1 start 0 size 1000 send_done_trigger 1
1->0 id 2 start 0 size 1000 send_done_trigger 2
0->2 id 3 trigger 1 size 2000
1->3 id 4 trigger 2 size 2000
trigger id 1 oneshot
trigger id 2 oneshot
"""


@pytest.fixture
def read(tmp_path):
    """Return a function that imports a topology and, if given, a connection matrix."""

    def run(topo, connections=None, **options):
        path = tmp_path / "net.topo"
        path.write_text(topo)
        if connections is not None:
            (tmp_path / "net.cm").write_text(connections)
            options["connections"] = str(tmp_path / "net.cm")
        return import_file("htsim", path, options)

    return run


def ends(values):
    return [(link["a"], link["b"]) for link in values["topology"]["links"]]


@pytest.mark.parametrize(
    ("name", "hosts", "switches", "links"),
    [
        ("8nodes", 8, 12, 32),
        ("fat_tree_128_1os", 128, 80, 384),
        ("fat_tree_128_4os", 128, 68, 288),
        ("fat_tree_1024_1os", 1024, 320, 3072),
    ],
)
def test_public_topologies_validate(data, name, hosts, switches, links):
    """The fat-trees have the numbers of devices and links that their radixes make."""
    values = import_file("htsim", data(f"htsim/{name}.topo"))
    topology = values["topology"]
    assert sum(node.startswith("host") for node in topology["nodes"]) == hosts
    assert len(topology["nodes"]) == hosts + switches
    assert len(topology["links"]) == links
    load_instance(dict(values))


def test_public_connections_come_in_rounds(data):
    """The butterfly has four rounds of 16; one of them must be chosen."""
    options = {"connections": str(data("htsim/all_red_butterfly_1mb.cm"))}
    topo = data("htsim/fat_tree_128_1os.topo")
    with pytest.raises(InputError) as caught:
        import_file("htsim", topo, options)
    assert "4 rounds" in caught.value.findings[0].message
    for which in ("0", 3):
        values = import_file("htsim", topo, {**options, "round": which})
        assert len(values["workload"]["flows"]) == 16
    values = import_file("htsim", topo, {**options, "round": "all"})
    assert len(load_instance(dict(values)).view.steps[0].traffic) == 64


def test_three_tiers_become_a_graph(read):
    """Every aggregation switch reaches its own core switches, by bundles of links."""
    values = read(THREE_TIERS)
    topology = values["topology"]
    assert topology["kind"] == "graph"
    assert topology["link_rate"] == "200 Gbit/s"
    links = ends(values)
    assert links.count(("agg0", "core0")) == 2
    assert links.count(("agg2", "core0")) == 2
    assert ("agg1", "core0") not in links
    assert {b for a, b in links if a == "tor2"} == {"agg2", "agg3"}
    of_agg = next(link for link in topology["links"] if link["a"] == "tor0")
    assert of_agg["latency"] == "1.1 us"
    of_core = next(link for link in topology["links"] if link["b"] == "core0")
    assert of_core == {"a": "agg0", "b": "core0", "rate": "100 Gbit/s"}


def test_two_tiers_become_a_leaf_spine_fabric(read):
    """Two tiers are leaves and spines, bundles are parallel links."""
    assert read(TWO_TIERS)["topology"] == {
        "kind": "leaf_spine",
        "leaves": 2,
        "spines": 2,
        "link_rate": "400 Gbit/s",
        "parallel_links": 2,
        "hosts_per_leaf": 4,
        "nic_rate": "400 Gbit/s",
        "latency": "500 ns",
    }


def test_connections_become_flows(read):
    """The connections of a round are flows between the hosts."""
    values = read(TWO_TIERS, BUTTERFLY, round=1)
    assert values["workload"]["flows"] == [
        {"from": "host0", "to": "host2", "size": "2 kB"},
        {"from": "host1", "to": "host3", "size": "2 kB"},
    ]
    assert "Round 1: 2 of 4" in values.comments["workload"]
    assert "net.cm" in values["source"]
    load_instance(dict(values))


def test_connections_without_triggers_need_no_round(read):
    """A matrix whose connections all start at once is taken as a whole."""
    values = read(TWO_TIERS, "Nodes 2\nConnections 1\n0->1 id 1 start 5 size 10\nTriggers 0\n")
    assert values["workload"]["flows"] == [{"from": "host0", "to": "host1", "size": "10 B"}]


def test_rounds_follow_chains_in_any_order(read):
    """A connection waits for all before it in its chain, wherever they stand."""
    rows = [f"0->1 id {n} trigger {n + 1} size {n} send_done_trigger {n}" for n in range(1, 4)]
    text = "\n".join([*rows, "0->1 id 4 start 0 size 4 send_done_trigger 4"]) + "\n"
    for number, size in enumerate((4, 3, 2, 1)):
        values = read(TWO_TIERS, text, round=number)
        assert [flow["size"] for flow in values["workload"]["flows"]] == [f"{size} B"]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("Radix_Down 4\nBundle 2", "Radix_Down 3\nBundle 2"), "needs Radix_Down 4"),
        (("Podsize 8", "Podsize 4"), "one pod"),
        (("Podsize 8", "Podsize 3"), "no multiple"),
        (("Radix_Up 4", "Radix_Up 3"), "bundles"),
        (("Nodes 8", "Nodes 0"), "missing or zero"),
        (("Nodes 8", "Nodes 800000"), "more than"),
        (("Tiers 2", "Tiers 4"), "tiers [0, 1]"),
        (("Radix_Down 4\nRadix_Up", "Radix_Down x\nRadix_Up"), "not a name and a whole number"),
        (("Oversubscribed 1", "Colour 1"), "`Colour` is not known"),
        (("Radix_Down 4\nRadix_Up 4", "Radix_Up 4"), "tier 0: down"),
        (("Tier 1\n", ""), "tiers [0]"),
    ],
)
def test_topologies_that_do_not_fit_are_refused(read, change, part):
    """Radixes, bundles and sizes that contradict each other are named."""
    with pytest.raises(InputError) as caught:
        read(TWO_TIERS.replace(*change))
    assert part in "; ".join(finding.message for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("0->9 id 1 start 0 size 5\n", ["import-reference"]),
        ("1->1 id 1 start 0 size 5\n", ["import-reference"]),
        ("0->1 id 1 start 0\n0->1 id 2 start 0 size 0\n", ["import-syntax"] * 2),
        ("0-1 id 1 start 0 size 5\n0->1 id\n", ["import-syntax"] * 2),
        ("Connections 2\n0->1 id 1 start 0 size 5\n", ["import-count"]),
        ("0->1 id 1 trigger 7 size 5\n", ["import-reference"]),
        ("0->1 id 1 trigger 1 size 5 send_done_trigger 1\n", ["import-reference"]),
        ("", ["import-unsupported"]),
    ],
)
def test_broken_connections_are_refused(read, text, codes):
    """Every faulty line is a finding with file and code."""
    with pytest.raises(InputError) as caught:
        read(TWO_TIERS, text)
    assert [finding.code for finding in caught.value.findings] == codes
    assert all(finding.file.endswith("net.cm") for finding in caught.value.findings)


def test_round_without_connections_is_refused(read):
    """A round of nothing is a mistake, not a default."""
    with pytest.raises(InputError) as caught:
        read(TWO_TIERS, round=0)
    assert caught.value.findings[0].code == "option-value"


def test_missing_connections_are_refused(read, tmp_path):
    """A connection matrix that is not there is named."""
    read(TWO_TIERS)
    with pytest.raises(InputError) as caught:
        import_file("htsim", tmp_path / "net.topo", {"connections": str(tmp_path / "no.cm")})
    assert caught.value.findings[0].code == "import-missing"
