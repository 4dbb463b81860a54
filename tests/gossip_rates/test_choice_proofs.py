"""Proofs of a best choice of edges: trees of cases, spanning trees once more, and forgeries."""

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.certificate import CasesCertificate, TreesCertificate
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.choices import first_case, is_hopeless, pieces

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "objective": "edge_selection"}


def complete(nodes, count, seed=0):
    """Return the data of a choice among all edges of random weights."""
    rng = np.random.default_rng(seed)
    rows = [
        {"a": f"node{a}", "b": f"node{b}", "max_rate": float(rng.uniform(1, 100))}
        for b in range(nodes)
        for a in range(b)
    ]
    topology = {"kind": "graph", "nodes": nodes, "edges": rows}
    return {**HEAD, "topology": topology, "budget": {"edges": count}}


def codes(instance, proof):
    """Return the codes of what does not hold in a certificate."""
    return [fault.code for fault in check_certificate(instance, proof).violations]


def test_a_choice_is_proved_by_cases():
    """Seven edges of ten: the tree of cases alone closes the gap."""
    data = complete(5, 7)
    result = pl.solve(data, "select_edges")
    assert isinstance(result.certificate, CasesCertificate)
    assert (result.status, result.bound_source, result.verified) == ("optimal", "certificate", True)
    assert len(result.certificate.branch) > 1


def test_a_spanning_tree_is_proved_by_looking_at_all():
    """The check goes through the spanning trees again and finds none that is better."""
    result = pl.solve(complete(6, 5), "select_edges")
    assert isinstance(result.certificate, TreesCertificate)
    assert (result.status, result.bound_source, result.verified) == ("optimal", "enumeration", True)


def test_all_edges_take_no_search():
    """As many edges as there are: one case, whose only choice is the best."""
    result = pl.solve(complete(7, 21), "select_edges")
    assert result.status == "optimal"
    assert result.certificate.branch.tolist() == [-1]


def test_a_limit_of_time_leaves_a_bound():
    """Stopped at once, there is a choice, and a certificate that bounds all others."""
    result = pl.solve(complete(12, 15), "select_edges", time_limit=2)
    assert result.stopped_by == "time"
    assert result.status == "feasible"
    assert result.bound_source == "certificate"
    assert result.value <= result.bound < 4 * result.value


def test_forged_trees_of_cases_prove_nothing():
    """A case that is missing, decided twice, called hopeless or without points is noticed."""
    data = complete(5, 7)
    instance, proof = pl.load(data), pl.solve(data, "select_edges").certificate
    assert codes(instance, proof) == []
    leaf = int(np.flatnonzero(proof.branch == -1)[-1])
    forged = {
        "missing": {"branch": proof.branch[:-1], "place": proof.place[:-1]},
        "twice": {"branch": np.append(proof.branch, -1), "place": np.append(proof.place, 0)},
        "hopeless": {"place": np.where(np.arange(len(proof.place)) == leaf, -1, proof.place)},
        "without": {"place": np.where(np.arange(len(proof.place)) == leaf, 10**6, proof.place)},
        "same": {"branch": np.where(proof.branch >= 0, proof.branch[0], -1)},
        "uneven": {"points": proof.points[:-1]},
    }
    for name, change in forged.items():
        false = proof.model_copy(update=change)
        assert codes(instance, false) == ["certificate-kind"], name
    lower = proof.model_copy(update={"value": proof.value * 0.99})
    assert codes(instance, lower) == ["certificate-value"]


def test_false_points_are_worth_no_more_than_the_truth():
    """Whatever the points are, no bound is below the best choice."""
    data = complete(5, 7)
    instance, result = pl.load(data), pl.solve(data, "select_edges")
    rng = np.random.default_rng(1)
    for size in [1.0] * 20 + [1e-200, 1e200]:
        points = size * rng.standard_normal(result.certificate.points.shape)
        false = result.certificate.model_copy(update={"points": points, "value": 0.0})
        bound = check_certificate(instance, false).bounds["edge_selection"]
        assert bound >= result.value * (1 - 1e-12)


def test_a_tree_below_the_best_is_refused():
    """A claim that no tree exceeds less than the best has is refuted by the tree."""
    data = complete(6, 5)
    instance, result = pl.load(data), pl.solve(data, "select_edges")
    lower = TreesCertificate(value=result.value * 0.999)
    assert codes(instance, lower) == ["certificate-value"]
    assert codes(instance, TreesCertificate(value=float(result.value) * 1.5)) == []
    others = pl.load(complete(6, 6))
    assert codes(others, result.certificate) == ["certificate-kind"]


def test_cases_that_cannot_join_the_network():
    """Too few edges left, or a node all of whose edges are out."""
    view = pl.load(complete(4, 3)).view
    case = first_case(view)
    assert not is_hopeless(view, case)
    for edge in np.flatnonzero((view.ends == 3).any(axis=1)).tolist():
        case = case.without(edge)
    assert is_hopeless(view, case)
    case = first_case(view)
    for edge in np.flatnonzero((view.ends < 3).all(axis=1)).tolist():
        case = case.with_edge(edge)
    assert is_hopeless(view, case)
    assert pieces(4, view.ends[:1]) == 3


@pytest.mark.parametrize("count", [6, 8])
def test_cases_and_enumeration_agree_on_equal_weights(count):
    """Equal weights leave many best choices; cases are closed all the same."""
    data = complete(5, count)
    for row in data["topology"]["edges"]:
        row["max_rate"] = 1.0
    result = pl.solve(data, "select_edges")
    assert result.status == "optimal"
    assert result.verified
