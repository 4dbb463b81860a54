"""Exact decay, its constants, and the simulations that have to agree with it."""

import itertools
import math

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.accelerated import constants, published_rates
from planner.models.gossip_rates.families import edges_of, node_count
from planner.models.gossip_rates.laplacian import dense_laplacian, fiedler
from planner.models.gossip_rates.mean_square import accelerated_decay, plain_decay
from planner.models.gossip_rates.neighbours import effective_neighbours, mixing_matrix
from planner.models.gossip_rates.network import Family
from planner.models.gossip_rates.simulation import simulate_blocking, simulate_poisson


def network(name, *size):
    """Return the number of nodes, the edges and equal rates of total 1."""
    spec = Family(kind="family", family=name, size=size)
    ends = edges_of(spec)
    return node_count(spec), ends, np.full(len(ends), 1 / len(ends))


def dense_operator(nodes, ends, rate):
    """Return sum rate_e (J_e x J_e - I x I) on vectors of covariances, by Kronecker products."""
    total = np.zeros((nodes**2, nodes**2))
    for (a, b), each in zip(ends.tolist(), rate.tolist(), strict=True):
        difference = np.zeros(nodes)
        difference[a], difference[b] = 1, -1
        step = np.eye(nodes) - np.outer(difference, difference) / 2
        total += each * (np.kron(step, step) - np.eye(nodes**2))
    centre = np.eye(nodes) - 1 / nodes
    both = np.kron(centre, centre)
    return both @ total @ both - 100 * (np.eye(nodes**2) - both)


@pytest.mark.parametrize("seed", range(8))
def test_plain_decay_is_the_leading_eigenvalue(seed):
    """The rate agrees with the dense operator, and lies between lambda_2 / 2 and lambda_2."""
    rng = np.random.default_rng(seed)
    nodes, ends, rate = network("wheel", 6)
    rate = rng.uniform(0.05, 1, len(rate))
    expected = -float(np.linalg.eigvalsh(dense_operator(nodes, ends, rate)).max())
    found = plain_decay(nodes, ends, rate)
    assert found.rate == pytest.approx(expected, rel=1e-9)
    mixing, _ = fiedler(nodes, ends, rate)
    assert mixing / 2 <= found.rate <= mixing
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-9


@pytest.mark.parametrize(
    ("name", "size", "plain", "accelerated"),
    [
        ("path", (8,), 0.021431, 0.054016),
        ("barbell", (5,), 0.013454, 0.026138),
        ("complete", (8,), 1 / 7, 1 / 7),
        ("lollipop", (5, 4), 0.013082, 0.030038),
    ],
)
def test_decay_of_families(name, size, plain, accelerated):
    """Equal rates of total 1 decay as computed elsewhere, plain and accelerated."""
    nodes, ends, rate = network(name, *size)
    assert plain_decay(nodes, ends, rate).rate == pytest.approx(plain, abs=6e-7)
    found = accelerated_decay(nodes, ends, rate, constants(nodes, ends, rate))
    assert found.rate == pytest.approx(accelerated, abs=6e-7)


@pytest.mark.parametrize(("name", "size"), [("star", (7,)), ("cycle", (9,)), ("barbell", (4,))])
def test_accelerated_gossip_keeps_its_guarantee(name, size):
    """The mean square falls at least at 1 / (2 sqrt(chi1 chi2)), twice that at most."""
    nodes, ends, rate = network(name, *size)
    figures = constants(nodes, ends, rate)
    found = accelerated_decay(nodes, ends, rate, figures)
    assert figures.guaranteed_rate * (1 - 1e-9) <= found.rate <= 2 * figures.guaranteed_rate


def test_pieces_have_no_decay():
    """Rates that leave the network in pieces are refused."""
    nodes, ends, rate = network("path", 4)
    with pytest.raises(ValueError, match="in pieces"):
        plain_decay(nodes, ends, rate * [1, 0, 1])


@pytest.mark.parametrize(
    ("name", "size", "chi1", "chi2"),
    [
        ("cycle", 16, 13.1371, 0.9375),
        ("complete", 16, 0.9375, 0.9375),
        ("cycle", 64, 207.6725, 0.9844),
    ],
)
def test_constants_with_one_exchange_per_worker(name, size, chi1, chi2):
    """chi1 and chi2 with one communication per worker and unit of time, as A2CiD2 counts."""
    nodes, ends, _ = network(name, size)
    degree = np.bincount(ends.ravel())[0]
    found = constants(nodes, ends, np.full(len(ends), 1 / degree))
    assert found.chi1 == pytest.approx(chi1, abs=5e-5)
    assert found.chi2 == pytest.approx(chi2, abs=5e-5)
    assert found.eta == pytest.approx(1 / (2 * math.sqrt(found.chi1 * found.chi2)))
    assert found.alpha_tilde == pytest.approx(math.sqrt(found.chi1 / found.chi2) / 2)


@pytest.mark.parametrize(
    ("name", "size", "figures"),
    [
        ("star", (300,), (299, 62192, 5083, 299)),
        ("cycle", (300,), (300, 1896300, 28500, 14300)),
        ("path", (300,), (299, 7559617, 56810, 28552)),
        ("grid", (17, 17), (544, 88128, 8160, 2462)),
        ("complete", (300,), (44850, 44850, 44850, 211)),
    ],
)
def test_published_rates_of_dadao(name, size, figures):
    """The star is the example notebook of DADAO; the others follow the same formulas."""
    nodes, ends, _ = network(name, *size)
    found = published_rates(nodes, ends)
    both = (found.adom_plus, found.adom_plus_consensus, found.msda, found.continuized)
    assert both == figures
    assert found.dadao == found.continuized


def test_effective_neighbours_range_from_one_to_all():
    """No averaging counts one neighbour, exact averaging all of them, and a ring a few."""
    assert effective_neighbours(np.eye(12)) == pytest.approx(1)
    assert effective_neighbours(np.full((12, 12), 1 / 12)) == pytest.approx(12)
    nodes, ends, rate = network("cycle", 12)
    matrix = mixing_matrix(nodes, ends, rate)
    assert np.allclose(matrix.sum(axis=1), 1)
    assert matrix.min() >= 0
    assert 2 < effective_neighbours(matrix) < 12


@pytest.mark.parametrize(("name", "size"), [("path", (5,)), ("barbell", (4,)), ("cycle", (12,))])
def test_poisson_band_holds_the_exact_rate(name, size):
    """The 95 % band holds the exact rate for a fixed seed, and for most of many seeds."""
    nodes, ends, rate = network(name, *size)
    exact = plain_decay(nodes, ends, rate)
    runs = [simulate_poisson(ends, rate, exact, replicas=400, seed=seed) for seed in range(40)]
    assert runs[0].low <= exact.rate <= runs[0].high
    assert sum(run.low <= exact.rate <= run.high for run in runs) >= 34
    assert runs[3] == simulate_poisson(ends, rate, exact, replicas=400, seed=3)
    assert len({run.rate for run in runs}) == 40


def test_blocking_loses_what_meets_a_busy_worker():
    """On a single edge the achieved rate is that of a renewal process, r / (1 + r tau)."""
    ends, rate, duration = np.array([[0, 1]]), np.array([2.0]), np.array([0.5])
    lost = simulate_blocking(2, ends, rate, duration, events=4000, seed=1)
    assert lost.achieved[0] == pytest.approx(2 / (1 + 2 * 0.5), rel=0.02)
    assert lost.lost == pytest.approx(0.5, abs=0.01)
    assert lost.share(rate) == pytest.approx(0.5, rel=0.02)


def test_waiting_events_all_happen():
    """Where events wait, planned rates are achieved as long as nobody is overloaded.

    The mean wait on one edge is that of a queue with constant service, rho tau / (2 (1 - rho)).
    """
    ends, rate, duration = np.array([[0, 1]]), np.array([1.0]), np.array([0.5])
    found = simulate_blocking(2, ends, rate, duration, waits=True, events=20000, seed=2)
    assert found.lost == 0
    assert found.achieved[0] == pytest.approx(1, rel=0.02)
    assert found.mean_wait == pytest.approx(0.5 * 0.5 / (2 * 0.5), rel=0.05)


def test_exchanges_never_overlap_at_a_worker():
    """No worker achieves more than one exchange at a time, however much is planned."""
    nodes, ends, rate = network("star", 6)
    for waits in (False, True):
        found = simulate_blocking(nodes, ends, rate * 50, np.ones(5), waits=waits, events=3000)
        assert found.achieved.sum() <= 1 + 1e-9


def test_laplacian_of_rates_is_the_sum_over_edges():
    """L = sum rate_e b_e b_e^T, built edge by edge."""
    nodes, ends, rate = network("wheel", 7)
    total = np.zeros((nodes, nodes))
    for (a, b), each in itertools.zip_longest(ends.tolist(), rate.tolist()):
        total[[a, b], [a, b]] += each
        total[[a, b], [b, a]] -= each
    assert np.allclose(dense_laplacian(nodes, ends, rate), total)


def test_metrics_show_the_second_opinion():
    """The evaluator lists exact rates and effective neighbours of small networks."""
    topology = {"kind": "family", "family": "path", "size": [8]}
    data = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "topology": topology}
    metrics = pl.solve(data, "uniform").metrics
    assert metrics["mean_square_rate"] == pytest.approx(0.021431, abs=6e-7)
    assert metrics["accelerated_rate"] == pytest.approx(0.054016, abs=6e-7)
    assert 1 < metrics["effective_neighbours"] < 8
