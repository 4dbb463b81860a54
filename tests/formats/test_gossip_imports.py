"""Networks of workers from GML, GraphML, node-link JSON, edge lists and matrices."""

import contextlib
import os
from pathlib import Path

import pytest

import planner as pl
from planner.formats import import_file, instance_text
from planner.models.base.errors import InputError

GML = """graph [
  label "three"  # a comment
  node [ id 0 label "New York" Latitude 40.7 Longitude -74.0 ]
  node [ id 1 label "London" Latitude 51.5 Longitude -0.1 ]
  node [ id 2 label "London" Latitude 48.9 Longitude 2.4 ]
  edge [ source 0 target 1 distance 5570.0 capacity 1e9 ]
  edge [ source 1 target 2 ]
  edge [ source 2 target 2 ]
]
"""
GRAPHML = """<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="node" attr.name="label"/><key id="d1" for="edge" attr.name="distance"/>
  <graph edgedefault="undirected">
    <node id="a"><data key="d0">Paris</data></node><node id="b"/>
    <edge source="a" target="b"><data key="d1">100</data></edge>
  </graph>
</graphml>
"""
MATRIX = "   A  B  C\nA  X  10 -\nB  5  X  2\nC  -  2  X\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that imports a text as a format."""

    def run(format, text, **options):
        path = tmp_path / "net.txt"
        path.write_text(text, encoding="utf-8")
        return import_file(format, path, options)

    return run


@pytest.fixture(scope="session")
def shared():
    """Return the path of a public file of gossip rates; skips where it is not."""
    checkout = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("PLANNER_DATA") or checkout.parent / "shared" / "data")

    def find(name):
        path = folder / "gossip_rates" / name
        if not path.is_file():
            pytest.skip(f"public data file {name} is not in {folder}; set PLANNER_DATA")
        return path

    return find


def codes(error):
    """Return the codes of all findings."""
    return {found.code for found in error.value.findings}


def test_gml_gives_workers_and_unit_costs(read):
    """Labels become names, loops are dropped, and every average costs 1 unless asked."""
    data = read("gml", GML)
    assert data["topology"]["nodes"] == ["New_York", "London", "London_2"]
    assert data["topology"]["edges"] == [
        {"a": "New_York", "b": "London"},
        {"a": "London", "b": "London_2"},
    ]
    assert pl.load(dict(data)).view.cost.tolist() == [1, 1]
    assert "itself" in instance_text(data)


def test_costs_by_latency(read):
    """0.0085 ms per km and 4 more (Marfoq et al. 2020); missing lengths follow from places."""
    edges = read("gml", GML, costs="latency")["topology"]["edges"]
    assert edges[0]["cost"] == pytest.approx(0.0085 * 5570 + 4)
    assert edges[1]["cost"] == pytest.approx(0.0085 * 342 + 4, rel=0.01)


def test_costs_by_time(read):
    """With a message size the cost is latency and transfer, and edges get both as fields."""
    data = read("gml", GML, costs="time", message_size="45 Mbit", bandwidth="10 Gbit/s")
    instance = pl.load(dict(data))
    first = 0.0085 * 5570 + 4 + 45
    assert data["topology"]["edges"][0]["cost"] == pytest.approx(first)
    assert instance.view.duration.max() == pytest.approx(first / 1e3)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"costs": "time"}, "option-value"),
        ({"costs": "cheap"}, "option-value"),
        ({"objective": "speed"}, "option-value"),
        ({"message_size": "1 MB"}, "import-unsupported"),
        ({"speed": 3}, "option-unknown"),
    ],
)
def test_options_that_cannot_be_used(read, options, code):
    """What an option asks and the file cannot give is a finding."""
    with pytest.raises(InputError) as error:
        read("gml", GML, **options)
    assert codes(error) == {code}


def test_graphml(read):
    """Data keys are resolved to their names; a node without a label keeps its id."""
    data = read("graphml", GRAPHML, costs="latency")
    assert data["topology"]["nodes"] == ["Paris", "b"]
    assert data["topology"]["edges"][0]["cost"] == pytest.approx(4.85)


def test_edge_list(read):
    """Units stand in the cells; empty cells are left out."""
    text = "a,b,bandwidth,latency,cost\nx,y,10 Gbit/s,3 ms,2\ny,z,1 Gbit/s,,\n"
    data = read("edge-csv", text, message_size="1 Gbit")
    view = pl.load(dict(data)).view
    assert view.cost.tolist() == [2, 1]
    assert view.duration.tolist() == pytest.approx([0.103, 1.0])


def test_matrix_takes_the_slower_direction(read):
    """Entries of both directions count, and pairs with one only are no link."""
    data = read("link-matrix", MATRIX, message_size="1 Gbit")
    assert data["topology"]["nodes"] == ["A", "B", "C"]
    assert pl.load(dict(data)).view.duration.tolist() == pytest.approx([0.2, 0.5])


def test_matrix_of_latencies(tmp_path):
    """A second table of the same head gives latencies, in ms."""
    (tmp_path / "rate.csv").write_text("w,A,B\nA,-,8\nB,8,-\n")
    (tmp_path / "wait.csv").write_text("w,A,B\nA,0,30\nB,50,0\n")
    options = {"latency": "wait.csv", "message_size": "8 Gbit"}
    for name in ("rate.csv", "wait.csv"):
        text = (tmp_path / name).read_text().replace("w,", ",", 1)
        (tmp_path / name).write_text(text)
    data = import_file("link-matrix", tmp_path / "rate.csv", options)
    assert pl.load(dict(data)).view.duration.tolist() == pytest.approx([1.05])


def test_node_link_json_serves_both_problems(read):
    """The importer of node-link JSON gives workers where `problem` asks for them."""
    text = (
        '{"nodes": [{"id": 0, "name": "A"}, {"id": 1, "name": "B"}],'
        ' "edges": [{"source": 0, "target": 1, "dist": 100}]}'
    )
    data = read("topohub", text, problem="gossip_rates", costs="latency")
    assert data["problem"] == "gossip_rates"
    assert data["topology"]["edges"] == [{"a": "A", "b": "B", "cost": 4.85}]


@pytest.mark.parametrize(
    ("format", "text", "code"),
    [
        ("gml", "", "import-syntax"),
        ("gml", "graph [ node [ id 0 ]", "import-syntax"),
        ("gml", "graph [ node [ id 0 ] ] ]", "import-syntax"),
        ("gml", 'graph [ node [ id "0 ] ]', "import-syntax"),
        ("gml", "graph [ node [ id 0 ] node [ id 0 ] ]", "import-syntax"),
        ("gml", "graph [ node [ id 0 ] edge [ source 0 target 7 ] ]", "import-reference"),
        ("gml", "graph [ " * 3000, "import-syntax"),
        ("graphml", "<graphml><graph><node/></graph></graphml>", "import-syntax"),
        ("graphml", "<graphml>", "import-syntax"),
        ("graphml", '<?xml version="1.0" encoding="none"?><graphml/>', "import-syntax"),
        ("graphml", '<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', "import-syntax"),
        ("graphml", "<g><graph><node id='a'/><edge source='a' target='b'/></graph></g>",
         "import-reference"),
        ("edge-csv", "", "import-syntax"),
        ("edge-csv", "from,to\nx,y\n", "import-syntax"),
        ("edge-csv", "a,b\nx\n", "import-syntax"),
        ("edge-csv", "a,b,latency\nx,y,3\n", "import-syntax"),
        ("edge-csv", "a,b,cost\nx,y,-1\n", "import-syntax"),
        ("edge-csv", 'a,b\n"x,y\n', "import-syntax"),
        ("link-matrix", "", "import-syntax"),
        ("link-matrix", "A B\nA X 1\n", "import-count"),
        ("link-matrix", "A B\nA X 1\nC 1 X\n", "import-count"),
        ("link-matrix", "A B\nA X fast\nB 1 X\n", "import-syntax"),
    ],
)  # fmt: skip
def test_bad_files_give_findings(read, format, text, code):
    """Whatever is wrong with a file has a code; there is never a traceback."""
    with pytest.raises(InputError) as error:
        read(format, text)
    assert code in codes(error)


@pytest.mark.parametrize("format", ["gml", "graphml", "edge-csv", "link-matrix"])
def test_noise_never_raises_anything_else(read, format):
    """Truncated and shuffled files are read or refused, byte by byte."""
    text = {"gml": GML, "graphml": GRAPHML, "edge-csv": "a,b\nx,y\n", "link-matrix": MATRIX}[format]
    for cut in range(0, len(text), 7):
        for part in (text[:cut], text[cut:], text[:cut] + text[cut + 3 :]):
            with contextlib.suppress(InputError):
                read(format, part)


@pytest.mark.parametrize(
    ("name", "nodes", "edges", "messages", "mixing"),
    [
        ("gaia", 11, 55, 7.0710678119, 0.2),
        ("geantdistance", 40, 61, 114.6186056, 0.00469782868),
    ],
)
def test_public_networks_solve_to_their_optima(shared, name, nodes, edges, messages, mixing):
    """Cloud regions and GEANT 2012 (arXiv 2010.12229), every message costing 1."""
    data = dict(import_file("gml", shared(f"{name}.gml")))
    view = pl.load(data).view
    assert (view.nodes, view.edges) == (nodes, edges)
    for objective, value in (("fewest_messages", messages), ("fastest_mixing", mixing)):
        result = pl.solve(data | {"objective": objective})
        assert result.value == pytest.approx(value, rel=1e-6)
        assert result.gap <= 1e-5
        assert result.bound_source == "certificate"


def test_a_network_without_links_is_refused(read):
    """A file of nodes alone, or of loops, gives one clear error and no instance."""
    for edges in ("", "edge [ source 0 target 0 ]"):
        with pytest.raises(InputError, match="no link between"):
            read("gml", f"graph [ node [ id 0 ] node [ id 1 ] {edges} ]")


@pytest.mark.parametrize(
    ("attribute", "text"),
    [("distance", "-5"), ("distance", "nan"), ("length", "1e400"), ("capacity", "-inf")],
)
def test_numbers_that_no_link_has_are_faults_of_gml(read, attribute, text):
    """A length or rate that cannot be is named with its line, and not left out."""
    source = (
        f"graph [ node [ id 0 ] node [ id 1 ]\nedge [ source 0 target 1\n{attribute} {text} ] ]"
    )
    with pytest.raises(InputError) as caught:
        read("gml", source)
    (finding,) = caught.value.findings
    assert (finding.code, finding.line) == ("import-syntax", 3)
    assert finding.file
    assert attribute in finding.message


def test_an_unknown_length_is_none(read):
    """A zero, and a text that is no number, say that a length is not known."""
    edges = 'edge [ source 0 target 1 distance 0 ] edge [ source 1 target 2 distance "?" ]'
    data = read("gml", f"graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] {edges} ]")
    assert len(data["topology"]["edges"]) == 2
