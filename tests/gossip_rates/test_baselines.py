"""Baselines: published radii, MATCHA's probabilities, trees, and edge colourings."""

import numpy as np
import pytest

import planner as pl
from planner.models.base.errors import CapabilityError, InputError
from planner.models.gossip_rates.families import edges_of
from planner.models.gossip_rates.network import Family
from planner.solvers.gossip_rates.edge_colouring import colour_copies, colour_edges

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}
CVX = ["01", "12", "23", "04", "17", "13", "45", "46", "26", "37", "56", "67", "16"]
MATCHINGS = "15 67 04 23; 17 36; 10 37 56; 12 70; 31"


def graph(pairs, nodes=8, **more):
    """Return the data of an instance with edges such as `01`."""
    edges = [{"a": f"node{a}", "b": f"node{b}"} for a, b in pairs]
    return {**HEAD, "topology": {"kind": "graph", "nodes": nodes, "edges": edges}, **more}


def family(name, *size, **more):
    """Return the data of an instance of a family."""
    return {**HEAD, "topology": {"kind": "family", "family": name, "size": list(size)}, **more}


@pytest.mark.parametrize(
    ("method", "radius", "steps"),
    [
        ("metropolis", 0.7743, 3.9094),
        ("max_degree", 0.7793, 4.0093),
        ("best_constant", 0.7119, 2.9422),
    ],
)
def test_weights_by_rule_have_the_published_radius(method, radius, steps):
    """Spectral radii of the 8-node example of CVX (Xiao and Boyd 2004)."""
    result = pl.solve(graph(CVX, objective="fdla"), method)
    assert result.value == pytest.approx(radius, abs=6e-5)
    assert result.metrics["steps_per_e"] == pytest.approx(steps, abs=6e-5)


@pytest.mark.parametrize(("share", "node", "mixing"), [(0.5, 2.5, 0.561202), (0.2, 1.0, 0.224481)])
def test_matcha_reaches_its_own_optimum(share, node, mixing):
    """With MATCHA's five matchings the probabilities give the lambda_2 of its SDP."""
    pairs = MATCHINGS.replace(";", "").split()
    data = graph(pairs, objective="fastest_mixing", budget={"node": node, "link": True})
    groups = [
        " ".join(f"node{a},node{b}" for a, b in part.split()) for part in MATCHINGS.split(";")
    ]
    options = {"matchings": ";".join(groups), "share": share}
    result = pl.solve(data, "matcha", options=options)
    assert result.value == pytest.approx(mixing, abs=1e-6)
    # Rates chosen jointly are never worse than those of fixed matchings.
    assert pl.solve(data, "newton").value >= result.value


@pytest.mark.parametrize(
    "text", ["", "node0,node9", "node0,node1; node1,node0", "node0,node1 node1,node2", "a,b", "x"]
)
def test_bad_matchings_are_findings(text):
    """Matchings that are none of the network are refused by name."""
    with pytest.raises(InputError) as error:
        pl.solve(family("path", 4), "matcha", options={"matchings": text})
    assert {found.code for found in error.value.findings} == {"option-value"}


@pytest.mark.parametrize("share", [0, 1.5, "much", True])
def test_bad_share_is_a_finding(share):
    """A communication budget lies above 0, and at 1 at most."""
    with pytest.raises(InputError) as error:
        pl.solve(family("path", 4), "matcha", options={"share": share})
    assert {found.code for found in error.value.findings} == {"option-value"}


def test_uniform_takes_colours_in_turn():
    """Rounds of a cycle of five take three colours, so that each edge has a third of them."""
    data = family("cycle", 5, budget={"matching": True}, objective="fastest_mixing")
    result = pl.solve(data, "uniform")
    assert result.metrics["lambda_2"] == pytest.approx((2 - 2 * np.cos(2 * np.pi / 5)) / 3)
    assert result.violations == ()


def test_fastest_mixing_rates_are_a_trap():
    """On a path of 36 the rates that mix fastest need 928.69 messages, equal ones 401.20."""
    table = pl.compare(family("path", 36), ["uniform", "lambda2_only"])
    values = {row.method: row.objective.value for row in table.rows}
    assert values["uniform"] == pytest.approx(35 / (2 * np.sin(np.pi / 72)), rel=1e-9)
    assert values["lambda2_only"] == pytest.approx(928.69, abs=0.01)


def test_tree_says_when_it_wins():
    """The tree baseline drops all other edges and compares reduce and broadcast with gossip."""
    result = pl.solve(family("wheel", 16), "tree")
    assert result.value == pytest.approx(15, rel=1e-5)
    assert result.metrics["edges_dropped"] == 15
    assert any("30 one-way messages" in note for note in result.provenance.notes)


def test_star_needs_n_minus_1_messages():
    """Equal rates on a star of 300 need 299 messages (DADAO example notebook)."""
    assert pl.solve(family("star", 300), "uniform").value == pytest.approx(299, rel=1e-9)


@pytest.mark.parametrize("method", ["uniform", "metropolis", "matcha", "tree", "lambda2_only"])
def test_baselines_keep_every_limit(method):
    """Scaled to the first limit, the rates break none, and meet one."""
    data = family("lollipop", 4, 3, budget={"node": 1, "link": True}, objective="gradient_rate")
    result = pl.solve(data, method)
    assert result.violations == ()
    assert result.metrics["busiest_worker_load"] == pytest.approx(1, rel=1e-6)


def test_methods_that_say_nothing_refuse():
    """A baseline that makes no sense for an objective names another."""
    with pytest.raises(CapabilityError, match="uniform"):
        pl.solve(family("path", 4), "max_degree")
    with pytest.raises(CapabilityError, match="best_constant"):
        pl.solve(family("path", 4, objective="fdla"), "uniform")


@pytest.mark.parametrize("seed", range(40))
def test_colouring_needs_at_most_one_colour_above_the_degree(seed):
    """Edges of one colour never meet (Vizing's bound)."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(2, 16))
    ends = np.argwhere(np.triu(rng.random((nodes, nodes)) < rng.uniform(0.2, 1), 1))
    if not len(ends):
        ends = np.array([[0, 1]])
    colour = colour_edges(nodes, ends)
    assert colour.max() <= np.bincount(ends.ravel()).max()
    met = np.concatenate([ends[:, k] * 100 + colour for k in (0, 1)])
    assert len(np.unique(met)) == 2 * len(ends)


def test_copies_of_edges_get_rounds_of_their_own():
    """Every edge stands as often as asked, in rounds where no worker is twice."""
    ends = edges_of(Family(kind="family", family="complete", size=(6,)))
    copies = np.random.default_rng(3).integers(1, 5, len(ends))
    rounds = colour_copies(6, ends, copies)
    assert (np.bincount(np.concatenate(rounds)) == copies).all()
    assert all(len(np.unique(ends[edges])) == 2 * len(edges) for edges in rounds)
    load = np.bincount(ends.ravel(), np.repeat(copies, 2))
    assert load.max() <= len(rounds) < 2 * load.max()
