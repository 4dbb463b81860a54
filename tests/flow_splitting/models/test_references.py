"""Every fault of a workload is found, with its place, and says how to mend it."""

import numpy as np
import pytest

ALL = {"operation": "all_to_all", "size": 4.0}


def flow(source="host0", target="host2", **more):
    return {"from": source, "to": target, "size": 1.0, **more}


def issues(instance):
    return [(issue.code, ".".join(map(str, issue.loc))) for issue in instance.cross_check()]


@pytest.mark.parametrize(
    ("workload", "expected"),
    [
        ({}, [("one-of", "workload")]),
        (
            {"flows": [flow()], "demands": {"uniform": 1.0}},
            [("one-of", "workload")],
        ),
        (
            {"flows": [flow("host9"), flow(target="lea1")]},
            [("unknown-node", "workload.flows.0.from"), ("unknown-node", "workload.flows.1.to")],
        ),
        ({"flows": [flow("host1", "host1")]}, [("self-flow", "workload.flows.0")]),
        ({"flows": [flow("leaf1", "leaf1")]}, [("self-flow", "workload.flows.0")]),
        (
            {"flows": [flow(name="a"), flow(name="a")]},
            [("name-repeated", "workload.flows.1.name")],
        ),
        ({"demands": {}}, [("one-of", "workload.demands")]),
        (
            {"demands": {"uniform": 1.0, "matrix": [[0.0, 1.0], [0.0, 0.0]]}},
            [("one-of", "workload.demands")],
        ),
        (
            {"demands": {"matrix": [[0.0, 1.0]]}},
            [("matrix-shape", "workload.demands.matrix")],
        ),
        (
            {"demands": {"matrix": [[5.0, 0.0], [0.0, 5.0]]}},
            [("workload-empty", "workload.demands.matrix")],
        ),
        (
            {"demands": {"pairs": [{"from": "leaf0", "to": "host1", "size": 1.0}]}},
            [("unknown-node", "workload.demands.pairs.0.to")],
        ),
        (
            {"demands": {"pairs": [{"from": "leaf0", "to": "leaf1"}]}},
            [("one-of", "workload.demands.pairs.0")],
        ),
        (
            {"demands": {"pairs": [{"from": "leaf0", "to": "leaf1", "rate": 1.0}]}},
            [("rate-on-fabric", "workload.demands.pairs.0.rate")],
        ),
        (
            {"collective": {**ALL, "algorithm": "ring"}},
            [("collective-algorithm", "workload.collective.algorithm")],
        ),
        (
            {"collective": {**ALL, "ranks": 5}},
            [("collective-ranks", "workload.collective.ranks")],
        ),
        (
            {"collective": {**ALL, "ranks": 1}},
            [("collective-ranks", "workload.collective.ranks")],
        ),
        (
            {
                "collective": {
                    "operation": "all_reduce",
                    "algorithm": "halving_doubling",
                    "size": 1.0,
                    "ranks": 3,
                }
            },
            [("collective-ranks", "workload.collective.ranks")],
        ),
        (
            {"collective": {**ALL, "ranks": ["host0", "hots1", "host0"]}},
            [
                ("unknown-node", "workload.collective.ranks.1"),
                ("host-repeated", "workload.collective.ranks.2"),
            ],
        ),
        (
            {"collective": {**ALL, "ranks": ["host0", "host1"], "placement": "striped"}},
            [("placement-unused", "workload.collective.placement")],
        ),
        (
            {"collective": {**ALL, "step": 1}},
            [("collective-step", "workload.collective.step")],
        ),
    ],
)
def test_faults_on_a_fabric(build, fabric, workload, expected):
    """Each faulty workload yields its code at its place, and nothing else."""
    instance = build(fabric(2, 2, hosts_per_leaf=2), workload, check=False)
    assert issues(instance) == expected


def test_collective_needs_hosts(build, fabric):
    """A collective on a fabric without hosts asks for them."""
    instance = build(fabric(2, 2), {"collective": ALL}, check=False)
    assert issues(instance) == [("missing-key", "topology.hosts_per_leaf")]


@pytest.mark.parametrize(
    ("workload", "expected"),
    [
        ({"collective": ALL}, [("collective-on-graph", "workload.collective")]),
        (
            {
                "demands": {
                    "pairs": [
                        {"from": "a", "to": "b", "rate": 1.0},
                        {"from": "b", "to": "a", "size": 1.0},
                    ]
                }
            },
            [("size-and-rate", "workload.demands.pairs.1")],
        ),
        (
            {"flows": [{"from": "a", "to": "bb", "size": 1.0}]},
            [("unknown-node", "workload.flows.0.to")],
        ),
    ],
)
def test_faults_on_a_graph(build, workload, expected):
    """Collectives, mixed amounts and unknown nodes are refused on graphs."""
    graph = {"kind": "graph", "nodes": ["a", "b"], "links": [{"a": "a", "b": "b", "rate": 1.0}]}
    assert issues(build(graph, workload, check=False)) == expected


@pytest.mark.parametrize(
    ("written", "meant"), [("Host1", "host1"), ("hots3", "host3"), ("host01", "host1")]
)
def test_near_misses_are_suggested(build, fabric, written, meant):
    """A name that is nearly right comes with the one that was probably meant."""
    workload = {"flows": [flow(written, "leaf0")]}
    instance = build(fabric(2, 2, hosts_per_leaf=2), workload, check=False)
    (issue,) = instance.cross_check()
    assert issue.fix == f"Did you mean `{meant}`?"


def test_suggestions_reach_beyond_the_first_names(build, fabric):
    """In a large fabric a misspelt prefix is mended by its number."""
    workload = {"flows": [flow("hots60000", "leaf0")]}
    instance = build(fabric(1024, 2, hosts_per_leaf=64), workload, check=False)
    (issue,) = instance.cross_check()
    assert issue.fix == "Did you mean `host60000`?"


def test_names_far_off_list_what_there_is(build, fabric):
    """A name like no other lists the names there are."""
    workload = {"flows": [flow("xyz", "leaf0")]}
    instance = build(fabric(2, 2, hosts_per_leaf=2), workload, check=False)
    (issue,) = instance.cross_check()
    assert issue.fix == "The names are host0 to host3 and leaf0 to leaf1."


def table(**arrays):
    good = {"from": np.array([0, 1]), "to": np.array([2, 3]), "size": np.array([1.0, 2.0])}
    return {name: array for name, array in (good | arrays).items() if array is not None}


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        (table(size=None), "sidecar-array"),
        (table(size=np.ones(3)), "sidecar-shape"),
        (table(size=np.ones((2, 1))), "sidecar-shape"),
        (table(to=np.array([2, 4])), "sidecar-index"),
        (table(to=np.array([2, -1])), "sidecar-index"),
        (table(to=np.array([2.0, 2.5])), "sidecar-index"),
        (table(to=np.array(["host2", "nobody"])), "sidecar-index"),
        (table(to=np.array([True, False])), "sidecar-index"),
        (table(size=np.array([1.0, -1.0])), "sidecar-size"),
        (table(size=np.array([1.0, 0.0])), "sidecar-size"),
        (table(size=np.array([1.0, np.nan])), "sidecar-size"),
        (table(size=np.array([1.0, np.inf])), "sidecar-size"),
        (table(size=np.array([1.0, 1e300])), "sidecar-size"),
        (table(size=np.array(["1", "2"])), "sidecar-size"),
        (table(to=np.array([2, 1])), "self-flow"),
        ({name: np.zeros(0, int) for name in ("from", "to", "size")}, "workload-empty"),
    ],
)
def test_flow_table_faults(build, fabric, arrays, code):
    """A side-car that cannot be used is refused with the reason."""
    workload = {"flow_table": {"file": "flows.npz"}}
    instance = build(fabric(2, 2, hosts_per_leaf=2), workload, arrays=arrays, check=False)
    assert issues(instance) == [(code, "workload.flow_table")]


@pytest.mark.parametrize("ends", [np.array([2, 3]), np.array(["host2", "host3"])])
def test_flow_table_by_number_or_name(build, fabric, ends):
    """Hosts stand in a side-car as numbers or as names."""
    workload = {"flow_table": {"file": "flows.npz"}}
    instance = build(fabric(2, 2, hosts_per_leaf=2), workload, arrays=table(to=ends))
    traffic = instance.view.steps[0].traffic
    assert traffic.target_host.tolist() == [2, 3]
    assert traffic.target.tolist() == [1, 1]


def test_numbers_are_names_where_nodes_are_numbered(build, fabric):
    """Where hosts are named by numbers, a number in a side-car is a name, not a position."""
    hosts = {"leaf0": ["10", "11"], "leaf1": ["0", "1"]}
    arrays = table(**{"from": np.array([10, 11]), "to": np.array([0, 1])})
    workload = {"flow_table": {"file": "flows.csv"}}
    traffic = build(fabric(2, 2, hosts=hosts), workload, arrays=arrays).view.steps[0].traffic
    assert traffic.source_host.tolist() == [0, 1]
    assert traffic.target_host.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("unit", "units", "code"),
    [
        (None, "physical", "quantity-unit-missing"),
        ("MB", "normalised", "quantity-unit-unexpected"),
        ("Gbit/s", "physical", "quantity-dimension"),
        ("parsec", "physical", "quantity-unit-unknown"),
    ],
)
def test_units_of_a_side_car(build, fabric, unit, units, code):
    """A side-car has a unit of size, exactly where the instance is not normalised."""
    rate = 1.0 if units == "normalised" else "1 GB/s"
    workload = {"flow_table": {"file": "flows.npz", **({"unit": unit} if unit else {})}}
    topology = fabric(2, 2, hosts_per_leaf=2, link_rate=rate)
    instance = build(topology, workload, units=units, arrays=table(), check=False)
    assert issues(instance) == [(code, "workload.flow_table.unit")]


def test_unit_scales_the_sizes(build, fabric):
    """Sizes in a side-car are in its unit."""
    workload = {"flow_table": {"file": "flows.npz", "unit": "Mbit"}}
    topology = fabric(2, 2, hosts_per_leaf=2, link_rate="1 GB/s")
    instance = build(topology, workload, units="physical", arrays=table())
    assert instance.view.steps[0].traffic.size.tolist() == [125_000.0, 250_000.0]


@pytest.mark.parametrize(
    ("arrays", "codes"),
    [
        ({"matrix": np.ones((2, 3))}, ["sidecar-shape"]),
        ({"matrix": np.array([[0.0, -1.0], [0.0, 0.0]])}, ["sidecar-size"]),
        ({"matrix": np.eye(2)}, ["workload-empty"]),
        ({"matrix": np.ones((2, 2))}, []),
        ({"from": np.array([0]), "to": np.array([2]), "size": np.ones(1)}, ["sidecar-index"]),
        ({"from": np.array([0]), "to": np.array([1]), "size": np.zeros(1)}, ["workload-empty"]),
        ({"from": np.array([0, 0]), "to": np.array([1, 0]), "size": np.ones(2)}, []),
        ({}, ["sidecar-array"]),
    ],
)
def test_demand_table(build, fabric, arrays, codes):
    """A demand table is a square matrix or columns over leaves; zeros are no demands."""
    workload = {"demands": {"table": {"file": "demand.npz"}}}
    instance = build(fabric(2, 2), workload, arrays=arrays, check=False)
    assert [code for code, _ in issues(instance)] == codes
    if not codes:
        assert set(instance.view.steps[0].traffic.size) == {1.0}
