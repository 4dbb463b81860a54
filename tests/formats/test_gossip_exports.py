"""What plans of gossip rates become: tables, matrices, matchings, schedules, simulations."""

import csv
import json

import networkx as nx
import numpy as np
import pytest

import planner as pl
from planner.models.base.errors import CapabilityError, InputError

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}


def result(name, *size, method="newton", **more):
    """Solve a family."""
    topology = {"kind": "family", "family": name, "size": list(size)}
    return pl.solve({**HEAD, "topology": topology, **more}, method)


@pytest.fixture(scope="module")
def lollipop():
    """Return the optimal plan of a network whose rates all differ."""
    return result("lollipop", 4, 3)


@pytest.fixture
def values(tmp_path):
    """Return a function that exports a result and reads the JSON back."""

    def run(found, format, **options):
        path = tmp_path / "out.json"
        assert pl.export(found, format, path, options=options) == [path]
        return json.loads(path.read_text(encoding="utf-8"))

    return run


def test_rates_as_table_and_json(lollipop, values, tmp_path):
    """Both forms hold the rates of the plan, exactly."""
    pl.export(lollipop, "gossip-rates", tmp_path / "rates.csv")
    with (tmp_path / "rates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = values(lollipop, "gossip-rates")
    assert [float(row["rate"]) for row in rows] == lollipop.plan.rate.tolist()
    assert [edge["rate"] for edge in found["edges"]] == lollipop.plan.rate.tolist()
    assert sum(edge["share"] for edge in found["edges"]) == pytest.approx(1)


def test_peer_probabilities_are_a_markov_chain(lollipop, values):
    """Every worker's chances sum to 1, and clock times chance, both ways, is the rate."""
    found = values(lollipop, "peer-probabilities")
    for chances in found["peers"].values():
        assert sum(chances.values()) == pytest.approx(1)
    view = pl.load(dict(lollipop.instance.data)).view
    for (a, b), rate in zip(view.ends.tolist(), lollipop.plan.rate.tolist(), strict=True):
        one, other = f"node{a}", f"node{b}"
        both = found["clock"][one] * found["peers"][one][other]
        both += found["clock"][other] * found["peers"][other][one]
        assert both == pytest.approx(rate)


def test_mixing_matrix_is_doubly_stochastic(lollipop, tmp_path):
    """W has rows and columns that sum to 1, no negative entry, and the spectrum of I - h L."""
    path = tmp_path / "w.npz"
    pl.export(lollipop, "mixing-matrix", path, options={"step": 1})
    with np.load(path) as stored:
        matrix, step = stored["matrix"], float(stored["step"])
    assert np.allclose(matrix, matrix.T)
    assert np.allclose(matrix.sum(axis=0), 1)
    assert matrix.min() >= -1e-15
    second = np.linalg.eigvalsh(matrix)[-2]
    assert second == pytest.approx(1 - step * lollipop.metrics["lambda_2"])


def test_weights_export_as_their_own_matrix(tmp_path):
    """For synchronous averaging W is I - L(weights), with the radius of the plan."""
    found = result("cycle", 6, method="metropolis", objective="fdla")
    pl.export(found, "mixing-matrix", tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz") as stored:
        matrix = stored["matrix"]
    radius = abs(np.linalg.eigvalsh(matrix - 1 / 6)).max()
    assert radius == pytest.approx(found.value)
    with pytest.raises(CapabilityError, match="mixing-matrix"):
        pl.export(found, "a2cid2", tmp_path / "a.json")


def test_bluefog_graph_is_read_by_networkx(lollipop, values):
    """The node-link form loads, and its weights are those of the dictionaries."""
    found = values(lollipop, "bluefog")
    graph = nx.node_link_graph(found["topology"], edges="edges")
    assert graph.is_directed()
    matrix = nx.to_numpy_array(graph, nodelist=range(7), weight="weight")
    assert np.allclose(matrix.sum(axis=0), 1)
    for rank, own in enumerate(found["self_weight"]):
        assert matrix[rank, rank] == own
        others = found["neighbour_weights"][str(rank)]
        assert own + sum(others.values()) == pytest.approx(1)
        assert {int(peer) for peer in others} == set(graph.pred[rank]) - {rank}


def test_matchings_add_up_to_the_rates(lollipop, values):
    """The shares of the matchings that hold an edge sum to its share of all averages."""
    found = values(lollipop, "matcha")
    view = pl.load(dict(lollipop.instance.data)).view
    place = {tuple(ends): edge for edge, ends in enumerate(view.ends.tolist())}
    total = np.zeros(view.edges)
    for pairs, share in zip(found["matchings"], found["share"], strict=True):
        assert len({node for pair in pairs for node in pair}) == 2 * len(pairs)
        for pair in pairs:
            total[place[tuple(pair)]] += share
    rate = lollipop.plan.rate
    assert np.allclose(total / total.sum(), rate / rate.sum(), atol=1e-6)
    assert sum(found["share"]) == pytest.approx(1)
    assert max(found["activation"]) == 1


def test_constants_of_a2cid2(lollipop, values):
    """The constants follow from chi1 and chi2 of the plan."""
    found = values(lollipop, "a2cid2")
    assert found["chi1"] == pytest.approx(lollipop.metrics["chi1"])
    assert found["chi2"] == pytest.approx(lollipop.metrics["chi2"])
    assert found["eta"] == pytest.approx(0.5 / np.sqrt(found["chi1"] * found["chi2"]))


@pytest.mark.parametrize("length", [8, 64])
def test_schedule_has_no_clash_and_keeps_shares(lollipop, values, length):
    """No worker meets two others in a slot; longer periods are closer to the rates."""
    found = values(lollipop, "gossip-schedule", length=length)
    for pairs in found["slots"]:
        assert len({node for pair in pairs for node in pair}) == 2 * len(pairs)
    assert sum(map(len, found["slots"])) == sum(found["times"])
    assert found["largest_error"] < 1 / length
    assert min(found["times"]) >= 1


def test_rounds_become_slots_by_share(values):
    """Three colours with equal shares take turns."""
    budget = {"budget": {"matching": True}, "objective": "fastest_mixing"}
    found = values(result("cycle", 5, method="uniform", **budget), "gossip-schedule", length=30)
    assert len(found["slots"]) == 30
    assert found["times"] == [10] * 5
    assert all(found["slots"][k] == found["slots"][k + 3] for k in range(27))


def test_simulation_holds_the_exact_rate(lollipop, values):
    """The 95 % band holds the exact rate, and the same seed gives the same file."""
    found = values(lollipop, "gossip-simulation", replicas=500, seed=1, events=300)
    low, high = found["drawn_band_95"]
    assert low <= found["mean_square_rate"] <= high
    assert found["guaranteed_rate"] <= found["mean_square_rate"]
    lost, waiting = found["blocking"]
    assert lost["lost"] > 0 == waiting["lost"]
    assert lost["achieved_share"] < 1
    assert found == values(lollipop, "gossip-simulation", replicas=500, seed=1, events=300)
    with pytest.raises(InputError):
        values(lollipop, "gossip-simulation", replicas=1)


def test_nothing_to_export_without_a_plan(tmp_path):
    """An infeasible result has no rates."""
    edges = [{"a": "node0", "b": "node1", "max_rate": 0}]
    data = {**HEAD, "topology": {"kind": "graph", "nodes": 2, "edges": edges}}
    found = pl.solve(data, "uniform")
    assert found.status == "infeasible"
    with pytest.raises(CapabilityError):
        pl.export(found, "gossip-rates", tmp_path / "x.csv")
