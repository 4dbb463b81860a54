"""Methods for large and for symmetric networks: unfolding, design, mix and classes of edges."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates import Instance, check_certificate, evaluate
from planner.models.gossip_rates.certificate import EmbeddingCertificate
from planner.models.gossip_rates.laplacian import (
    components,
    coupling,
    fiedler,
    gather,
    laplacian,
    pseudo_inverse,
    resistances,
)
from planner.models.gossip_rates.samples import draw
from planner.models.gossip_rates.selected_inverse import factorise, selected
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates import d_optimal, lowrank, mix, orbits, symmetry

MIXING, MESSAGES = "fastest_mixing", "fewest_messages"


def family(name: str, size: list[int], objective: str = MESSAGES, seed: int = 0) -> Instance:
    """Return an instance of a family."""
    topology = {"kind": "family", "family": name, "size": size, "seed": seed}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": name, "objective": objective}
    return Instance.model_validate({**head, "topology": topology})


def judged(instance: Instance, answer: Any) -> tuple[float, float]:
    """Return value and bound of an answer, recomputed; neither may have a violation."""
    evaluation = evaluate(instance, answer.plan)
    checked = check_certificate(instance, answer.certificate)
    assert not evaluation.violations
    assert not checked.violations
    value = evaluation.objectives[0].value
    assert value is not None
    return value, checked.bounds[instance.objective]


@pytest.mark.parametrize(
    ("name", "size", "value"),
    [("barbell", [3], 2 / 19), ("barbell", [8], 2 / 64), ("grid", [12, 12], 6 / (144 * 143))],
)
def test_unfolding_closes_in_on_known_optima(name: str, size: list[int], value: float) -> None:
    """Rates and points enclose the optimum (derived) within the gap asked for."""
    instance = family(name, size, MIXING)
    found, bound = judged(instance, lowrank.solve(instance, Run(Budget(gap=2e-3))))
    assert found <= value * (1 + 1e-9)
    assert bound >= value * (1 - 1e-9)
    assert bound <= found * (1 + 2e-3)


def test_unfolding_finds_the_dimensions_it_needs() -> None:
    """A random regular network needs more dimensions than the first three."""
    instance = family("random_regular", [60, 4], MIXING)
    answer = lowrank.solve(instance, Run(Budget(gap=1e-2)))
    found, bound = judged(instance, answer)
    assert bound <= found * (1 + 1e-2)
    assert isinstance(answer.certificate, EmbeddingCertificate)
    assert answer.certificate.points.shape[1] > lowrank.RANK


def test_design_equalises_resistances() -> None:
    """No rates of total cost 1 have a smaller largest R_e / c_e than n - 1 (Foster)."""
    view = family("lollipop", [5, 4]).view
    view = replace(view, cost=np.random.default_rng(0).uniform(0.5, 2, view.edges))
    rate = d_optimal.design(view)
    assert float(view.cost @ rate) == pytest.approx(1)
    excess = resistances(view.nodes, view.ends, rate) / view.cost
    assert float(excess.max()) == pytest.approx(view.nodes - 1, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "size", "value"),
    [("barbell", [8], 33.0440), ("wheel", [16], 19.7878), ("binary_tree", [4], 133.7746)],
)
def test_mix_is_near_its_bound(name: str, size: list[int], value: float) -> None:
    """The best mix (computed for the reference) stays within twice its own bound."""
    instance = family(name, size)
    found, bound = judged(instance, mix.solve(instance, Run()))
    assert found == pytest.approx(value, rel=1e-4)
    assert bound <= found <= 2 * bound


@pytest.mark.parametrize(
    ("name", "size", "value"),
    [
        ("barbell", [3], 8.221006),
        ("barbell", [8], 32.923916),
        ("wheel", [16], 19.787474),
        ("lollipop", [8, 8], 63.585766),
        ("path", [36], 35 / (2 * math.sin(math.pi / 72))),
    ],
)
def test_classes_of_edges_reach_the_optimum(name: str, size: list[int], value: float) -> None:
    """One rate per class is optimal, and a certificate of all edges says so (derived)."""
    instance = family(name, size)
    found, bound = judged(instance, orbits.solve(instance, Run()))
    assert found == pytest.approx(value, rel=1e-6)
    assert found <= bound * (1 + 1e-6)


def test_classes_are_those_of_the_symmetries() -> None:
    """A barbell has three classes; equal degrees alone make no class."""
    assert int(symmetry.edge_classes(family("barbell", [9]).view).max()) + 1 == 3
    assert int(symmetry.edge_classes(family("hypercube", [4]).view).max()) + 1 == 1
    irregular = family("random_regular", [20, 3]).view
    assert int(symmetry.edge_classes(irregular).max()) + 1 > 5


def test_costs_split_classes() -> None:
    """Edges of different cost are never taken for alike."""
    view = family("cycle", [8]).view
    view = replace(view, cost=np.where(np.arange(8) == 0, 2.0, 1.0))
    assert int(symmetry.edge_classes(view).max()) + 1 == 5


def test_entries_of_the_inverse_are_those_of_the_dense_one() -> None:
    """Selected inversion gives the resistances of the dense inverse, edges without rate too."""
    view = family("grid", [26, 26]).view
    rng = np.random.default_rng(1)
    rate = np.where(rng.random(view.edges) < 0.1, 0.0, rng.uniform(1e-3, 1, view.edges))
    assert components(view.nodes, view.ends[rate > 0]).max() == 0
    inverse = pseudo_inverse(view.nodes, view.ends, rate)
    i, j = view.ends.T
    dense = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
    assert resistances(view.nodes, view.ends, rate) == pytest.approx(dense, rel=1e-9)


def test_a_pair_outside_the_pattern_is_refused() -> None:
    """Selected inversion knows entries of the pattern alone, and says so."""
    view = family("path", [6]).view
    factors = factorise(laplacian(6, view.ends, np.ones(5)).tocsc()[:-1, :-1])
    assert factors is not None
    with pytest.raises(KeyError):
        selected(factors, np.array([0]), np.array([4]))


def test_coupling_is_the_weighted_square_of_the_table() -> None:
    """The sums without the table of all pairs are those with it, and never below."""
    view = family("lollipop", [5, 4]).view
    rng = np.random.default_rng(2)
    rate, weights = rng.uniform(0.1, 1, view.edges), rng.random(view.edges)
    inverse = pseudo_inverse(view.nodes, view.ends, rate)
    table = gather(inverse, view.ends)
    total, own = coupling(inverse, view.ends, weights)
    exact = weights @ (table * table)
    assert total == pytest.approx(exact, rel=1e-11)
    assert (total >= exact * (1 - 1e-15)).all()
    assert own == pytest.approx(table.diagonal(), rel=1e-11)


@pytest.mark.parametrize(("name", "size"), [("grid", [30, 30]), ("hypercube", [10])])
def test_large_second_eigenvalues(name: str, size: list[int]) -> None:
    """Lanczos finds lambda_2 of networks with few and with many edges per node."""
    view = family(name, size).view
    wanted = 2.0 if name == "hypercube" else 2 - 2 * math.cos(math.pi / 30)
    assert fiedler(view.nodes, view.ends, np.ones(view.edges))[0] == pytest.approx(wanted, rel=1e-9)


def test_orbits_survive_the_border() -> None:
    """A path of centres that rounding ends at the border still leaves a plan that is verified."""
    found = pl.solve(draw(np.random.default_rng(3284694397)), "orbits")
    assert found.verified
    assert found.bound <= found.value
