"""Flows without a path: every method answers with the same proof."""

import pytest

import planner as pl
from planner.models.flow_splitting import check_certificate
from planner.solvers.contract import Run
from planner.solvers.flow_splitting import (
    colouring,
    equal_parts,
    local_search,
    rules,
    wrap_around,
)
from planner.solvers.flow_splitting.baselines import ecmp, ethereal, greedy_online, lpt
from planner.solvers.flow_splitting.methods import choose
from planner.solvers.flow_splitting.reach import unreachable_answer

MODULES = [colouring, wrap_around, equal_parts, local_search, ecmp, ethereal, greedy_online, lpt]
METHODS = [(rules.refuses, rules.closed_form), *((m.refuses, m.solve) for m in MODULES)]


@pytest.fixture
def cut_off(on_fabric):
    """Return a fabric on which leaf 1 has lost both its links."""
    failed = [{"leaf": "leaf1", "spine": f"spine{spine}"} for spine in range(2)]
    return on_fabric(
        leaves=3,
        spines=2,
        hosts_per_leaf=2,
        failed_links=failed,
        flows=[("host0", "host4", 1), ("host0", "host2", 1)],
    )


@pytest.mark.parametrize(("refuses", "solve"), METHODS)
def test_a_leaf_that_is_cut_off_is_proved_and_named(cut_off, refuses, solve):
    """No method refuses; the answer names the hosts, the field, and a flow that proves it."""
    assert refuses(cut_off) is None
    answer = solve(cut_off, Run())
    assert answer.infeasible
    assert answer.plan is None
    assert check_certificate(cut_off, answer.certificate).infeasible
    assert answer.certificate.flow == 1
    (reason,) = answer.reasons
    assert reason.constraint == "topology.failed_links"
    assert "host2" in reason.where
    assert "host3" in reason.where


def test_reachable_flows_have_no_such_answer(on_fabric):
    """A failure that leaves every flow a path is nothing to report."""
    failed = [{"leaf": "leaf1", "spine": "spine0"}]
    instance = on_fabric(leaves=3, spines=2, failed_links=failed, demands={"uniform": 1.0})
    assert unreachable_answer(instance) is None


def test_choice_says_that_there_is_no_plan(cut_off):
    """`auto` promises no closed form where some traffic has no path."""
    assert choose(cut_off).why == "some traffic cannot reach its target"


@pytest.mark.parametrize("splitting", ["free", "whole"])
def test_choice_on_a_graph_in_two_pieces(splitting):
    """On graphs likewise, and the picked method gives the proof."""
    links = [{"a": "a", "b": "b", "rate": 1}, {"a": "c", "b": "d", "rate": 1}]
    result = pl.solve(
        {
            "problem": "flow_splitting",
            "schema_version": 1,
            "name": "two pieces",
            "units": "normalised",
            "topology": {"kind": "graph", "nodes": ["a", "b", "c", "d"], "links": links},
            "workload": {
                "splitting": splitting,
                "flows": [{"from": "a", "to": "c", "size": 1}],
            },
        }
    )
    assert (result.status, result.verified) == ("infeasible", True)
    assert "some traffic cannot reach its target" in result.provenance.notes[0]
