"""Network files of ASTRA-sim's analytical back end."""

import pytest

from planner.formats import import_file
from planner.loading import load_instance
from planner.models.base.errors import InputError


@pytest.fixture
def read(tmp_path):
    """Return a function that imports the text of a network file."""

    def run(text, **options):
        path = tmp_path / "net.yml"
        path.write_text(text)
        return import_file("astra-sim-analytical", path, options)

    return run


def network(shape, npus, bandwidth="50.0", latency="500.0"):
    return (
        f"topology: [ {shape} ]\nnpus_count: [ {npus} ]\n"
        f"bandwidth: [ {bandwidth} ]  # GB/s\nlatency: [ {latency} ]\n"
    )


@pytest.mark.parametrize(
    ("name", "nodes", "links", "rate"),
    [("HGX-H100-validated", 9, 8, 400e9), ("Ring_8npus", 8, 8, 50e9)],
)
def test_public_files_validate(data, name, nodes, links, rate):
    """The examples of the simulator become graphs with two arcs per link."""
    values = import_file("astra-sim-analytical", data(f"astra_sim/{name}.yml"))
    found = load_instance(dict(values)).view.network
    assert found.nodes == nodes
    assert len(found.rate) == 2 * links
    assert (found.rate == rate).all()


@pytest.mark.parametrize(
    ("shape", "npus", "links"),
    [("Ring", 2, 1), ("Ring", 5, 5), ("FullyConnected", 5, 10), ("Switch", 5, 5)],
)
def test_shapes(read, shape, npus, links):
    """A ring links neighbours, a full mesh every two, a switch every one to itself."""
    values = read(network(shape, npus))
    assert len(values["topology"]["links"]) == links
    assert values["topology"]["link_rate"] == "400 Gbit/s"
    assert values["topology"]["links"][0]["latency"] == "500 ns"
    load_instance(dict(values))


def test_default_workload_is_one_ring_step(read):
    """On a graph the default is a step of a ring, and the comment says so."""
    values = read(network("Switch", 4), size="1 MB")
    assert [flow["to"] for flow in values["workload"]["flows"]] == ["npu1", "npu2", "npu3", "npu0"]
    assert values["workload"]["flows"][0]["size"] == "250 kB"
    assert "default" in values.comments["workload"]


def test_all_to_all_lists_every_pair(read):
    """An exchange lists each ordered pair once."""
    values = read(network("Ring", 4), workload="all_to_all")
    assert len(values["workload"]["flows"]) == 12


def test_workload_without_steps_is_refused_on_a_graph(read):
    """Halving-doubling has steps, which a graph has not."""
    with pytest.raises(InputError) as caught:
        read(network("Ring", 4), workload="halving_doubling")
    assert caught.value.findings[0].code == "option-value"


def test_several_dimensions_are_refused(read):
    """Dimensions are not links, and the message says so."""
    text = (
        "topology: [ Ring, Switch ]\nnpus_count: [ 4, 2 ]\n"
        "bandwidth: [ 50, 25 ]\nlatency: [ 5, 5 ]\n"
    )
    with pytest.raises(InputError) as caught:
        read(text)
    found = [(finding.code, finding.line) for finding in caught.value.findings]
    assert found == [("import-unsupported", line) for line in (1, 2, 3, 4)]


def test_all_faults_come_at_once(read):
    """Every key is checked before anything is said."""
    with pytest.raises(InputError) as caught:
        read(network("Torus", "many", bandwidth="-1", latency="nan"))
    found = [(finding.path, finding.line) for finding in caught.value.findings]
    assert found == [("topology", 1), ("npus_count", 2), ("bandwidth", 3), ("latency", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2]",
        "topology: [ Ring",
        "topology: [ Ring ]\n",
        network("Ring", "1.5"),
        network("Ring", 1),
        network("Ring", 10**7),
        network("FullyConnected", 2000),
        network("Ring", 4, bandwidth="1e999999999"),
        network("Ring", 4, bandwidth="1/0"),
        network("{a: 1}", 4),
        "a: &a [*a]\n" + network("[[Ring]]", 4),
        "[" * 3000,
        "!!python/object/apply:os.system ['true']\n",
    ],
)
def test_broken_files_are_refused(read, text):
    """Whatever the file holds, the answer is a finding and no traceback."""
    with pytest.raises(InputError):
        read(text)
