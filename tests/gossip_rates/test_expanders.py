"""Eigenvalues and resistances of networks that fill up when factorised, and of those with hubs."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, eigsh

from planner.models.gossip_rates import Instance
from planner.models.gossip_rates.clusters import enclosed
from planner.models.gossip_rates.expanders import is_wide, lowest_pairs
from planner.models.gossip_rates.laplacian import (
    dense_laplacian,
    fiedler,
    laplacian,
    pseudo_inverse,
    resistances,
    solver,
)


def view_of(name: str, size: list[int]):
    """Return the arrays of a family."""
    topology = {"kind": "family", "family": name, "size": size}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": name}
    return Instance.model_validate({**head, "topology": topology}).view


@pytest.mark.parametrize(
    ("name", "size"), [("random_regular", [300, 3]), ("hypercube", [8]), ("grid", [12, 15])]
)
def test_filtered_eigenvalues_are_those_of_the_dense_matrix(name, size):
    """The lowest eigenvalues are found by multiplication alone, multiple ones too."""
    view = view_of(name, size)
    rate = np.random.default_rng(0).uniform(0.1, 1, view.edges)
    if name == "hypercube":
        rate = np.ones(view.edges)
    matrix = laplacian(view.nodes, view.ends, rate).tocsr()
    values, vectors = lowest_pairs(matrix, 3, 1e-12)
    exact = np.linalg.eigvalsh(dense_laplacian(view.nodes, view.ends, rate))
    assert values == pytest.approx(exact[1:4], rel=1e-9)
    assert np.abs(matrix @ vectors - vectors * values).max() < 1e-6
    assert np.abs(vectors.sum(axis=0)).max() < 1e-9


def test_what_fills_up_is_recognised():
    """A random regular network is wide; grids, trees and a hub with its rim are not."""
    wide = {"random_regular": [6000, 3]}
    narrow = {"grid": [80, 80], "random_tree": [9000], "wheel": [9000], "star": [9000]}
    assert all(is_wide(v.nodes, v.ends) for v in (view_of(*item) for item in wide.items()))
    assert not any(is_wide(v.nodes, v.ends) for v in (view_of(*item) for item in narrow.items()))


def test_a_bottleneck_between_wide_networks_is_found():
    """Two wide halves with one edge between them mix slowly; a sharper filter still finds it."""
    half = view_of("random_regular", [2600, 3])
    ends = np.vstack([half.ends, half.ends + 2600, [[0, 2600]]])
    rate = np.random.default_rng(1).uniform(0.5, 1, len(ends))
    assert is_wide(5200, ends)
    operator = LinearOperator((5200, 5200), matvec=solver(5200, ends, rate), dtype=float)
    wanted = 1 / eigsh(operator, k=1, which="LA", return_eigenvectors=False)[0]
    assert fiedler(5200, ends, rate)[0] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("name", ["wheel", "star"])
def test_hubs_are_factorised_in_another_order(name):
    """Resistances next to a hub are those of the dense inverse."""
    view = view_of(name, [900])
    rate = np.random.default_rng(2).uniform(0.1, 1, view.edges)
    inverse, (i, j) = pseudo_inverse(900, view.ends, rate), view.ends.T
    dense = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
    assert resistances(900, view.ends, rate) == pytest.approx(dense, rel=1e-9)


@pytest.mark.parametrize("name", ["random_tree", "binary_tree"])
def test_an_edge_of_a_tree_resists_by_its_rate_alone(name):
    """No other way joins the ends: R = 1 / rate, whatever the shape of the tree."""
    view = view_of(name, [20_000] if name == "random_tree" else [13])
    rate = np.random.default_rng(3).uniform(1e-3, 1, view.edges)
    assert resistances(view.nodes, view.ends, rate) == pytest.approx(1 / rate, rel=1e-9)


def test_eigenvalues_that_lie_close_are_enclosed():
    """The slowest of many alike spokes is found, to rounding, where iterations cannot tell."""
    view = view_of("star", [900])
    rate = np.random.default_rng(4).uniform(0.5, 1, view.edges)
    start = np.random.default_rng(5).standard_normal(900)
    value, vector = enclosed(laplacian(900, view.ends, rate).tocsc(), start)
    exact = np.linalg.eigvalsh(dense_laplacian(900, view.ends, rate))[1]
    assert value == pytest.approx(exact, rel=1e-9)
    assert vector.sum() == pytest.approx(0.0, abs=1e-9)


def test_a_wheel_mixes_as_its_formula_says():
    """lambda_2 = 3 - 2 cos(2 pi / (n - 1)), which thousands of others all but equal."""
    view = view_of("wheel", [5000])
    found, _ = fiedler(view.nodes, view.ends, np.ones(view.edges))
    assert found == pytest.approx(3 - 2 * np.cos(2 * np.pi / 4999), rel=1e-9)
