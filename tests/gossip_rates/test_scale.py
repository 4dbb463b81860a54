"""Certificates of numbers so small or large that their squares are lost."""

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.certificate import (
    CasesCertificate,
    EmbeddingCertificate,
    MessagesCertificate,
    RadiusCertificate,
    ReferenceCertificate,
    TreesCertificate,
)
from planner.models.gossip_rates.check import bound_of, check_certificate
from planner.models.gossip_rates.prices import FAINT, Prices

NODES = 36
LINE = (np.arange(NODES) - (NODES - 1) / 2)[:, None]
SCALES = [*np.geomspace(1e-165, 1e-150, 120).tolist(), 1e-300, 1e-307, 1e150, 1e300]
EVEN = np.full(NODES - 1, 1 / (NODES - 1))


def path(objective, nodes=NODES, **fields):
    """Return a path of workers."""
    topology = {"kind": "family", "family": "path", "size": [nodes]}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "topology": topology}
    return pl.load({**head, "objective": objective, **fields})


def listed(objective, budget):
    """Return a cycle of five workers with a chord, every edge with a most rate."""
    pairs = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (0, 2)]
    edges = [{"a": f"node{a}", "b": f"node{b}", "max_rate": 1.0 + a} for a, b in pairs]
    topology = {"kind": "graph", "nodes": 5, "edges": edges}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "topology": topology}
    return pl.load({**head, "objective": objective, "budget": budget})


PROOFS = {
    "fastest_mixing": lambda s: EmbeddingCertificate(value=0, points=LINE * s),
    "fewest_messages": lambda s: MessagesCertificate(
        value=0, points=LINE * s, theta=EVEN, reference=EVEN, beta=0.03
    ),
    "gradient_rate": lambda s: MessagesCertificate(
        value=0, points=LINE * s, theta=EVEN, reference=EVEN, beta=0.003
    ),
    "total_resistance": lambda s: ReferenceCertificate(value=0, reference=EVEN / s),
    "fdla": lambda s: RadiusCertificate(value=0, positive=LINE * s, negative=np.zeros((NODES, 0))),
    "fmmc": lambda s: RadiusCertificate(
        value=0,
        positive=LINE * s,
        negative=np.zeros((NODES, 0)),
        node_price=np.zeros(NODES),
    ),
}


@pytest.mark.parametrize("objective", PROOFS)
def test_the_scale_of_numbers_proves_nothing_more(objective):
    """Points and reference rates of any size give the bound that they give at a size of 1."""
    view = path(objective).view
    honest = bound_of(view, PROOFS[objective](1.0))
    assert honest is not None
    for scale in SCALES:
        assert bound_of(view, PROOFS[objective](scale)) == pytest.approx(honest, rel=1e-9), scale


def test_prices_keep_their_worth_at_every_scale():
    """Prices belong to the squares of the points, and the limits to the same bound."""
    view = path("fastest_mixing", budget={"node": 1.0}).view
    price = np.full(NODES, 0.7)
    wanted = bound_of(view, EmbeddingCertificate(value=0, points=LINE, node_price=price))
    for scale in (1e-60, 1e60):
        proof = EmbeddingCertificate(value=0, points=LINE * scale, node_price=price * scale * scale)
        assert bound_of(view, proof) == pytest.approx(wanted, rel=1e-12)


def test_clocks_are_not_deceived_by_scales():
    """Prices of clocks and tiny points bound no lower than the plan that is best."""
    instance = path("fastest_mixing", nodes=5, budget={"clock": 1.0})
    best = pl.solve(instance, "newton").value
    line = (np.arange(5.0) - 2)[:, None]
    for scale in SCALES[:120:4]:
        for price in (0.0, 1e-320, scale * scale, 1.0):
            proof = EmbeddingCertificate(
                value=0, points=line * scale, clock_price=np.full(5, price)
            )
            bound = bound_of(instance.view, proof)
            assert bound is None or bound >= best * (1 - 1e-9)


@pytest.mark.parametrize("smallest", [5e-324, 1e-320, 1e-309])
def test_cases_of_subnormal_points_prove_nothing(smallest):
    """Points whose mean cannot be taken off are refused, in trees of cases as well."""
    instance = listed("edge_selection", {"edges": 5})
    points = np.array([[0.0], [0.0], [smallest], [smallest], [0.0]])
    proof = CasesCertificate(value=1.0, branch=np.array([-1]), place=np.array([0]), points=points)
    checked = check_certificate(instance, proof)
    assert [fault.code for fault in checked.violations] == ["certificate-scale"]
    assert not checked.bounds


@pytest.mark.parametrize("value", [5e-324, 1e-320, 1e-200])
def test_trees_of_tiny_values_are_refuted(value):
    """A claim next to nothing is refuted by the best tree, whose value is the bound."""
    instance = listed("edge_selection", {"edges": 4})
    checked = check_certificate(instance, TreesCertificate(value=value))
    assert [fault.code for fault in checked.violations] == ["certificate-value"]
    best = pl.solve(instance, "select_edges").value
    assert checked.bounds["edge_selection"] == pytest.approx(best, rel=1e-8)
    assert checked.bounds["edge_selection"] >= best


@pytest.mark.parametrize("points", [0.0 * LINE, LINE * 1e-322, LINE * 1e307 * 0.9])
def test_points_without_a_spread_are_named(points):
    """Points that coincide, are subnormal or too far apart are refused as such."""
    checked = check_certificate(
        path("fastest_mixing"), EmbeddingCertificate(value=1.0, points=points)
    )
    assert [fault.code for fault in checked.violations] == ["certificate-scale"]


def test_faint_prices_are_left_out():
    """A price that is next to nothing is none: products with it would lose digits."""
    prices = Prices(1e-310, np.array([FAINT / 2, 1.0]), ((np.array([0]), 1e-200),), 0.5)
    found = prices.times(1.0)
    assert (found.total, found.node.tolist(), found.count) == (0.0, [0.0, 1.0], 0.5)
    assert found.sets[0][1] == 0.0
