"""What holds for offered protocols only says so, and nothing else is measured by it."""

from typing import Any

import pytest

import planner as pl
from planner.cli import comparison_view, result_view
from planner.models.entanglement_scheduling.certificate import UtilisationCertificate
from planner.models.entanglement_scheduling.check import check_certificate, scope_of_bound
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.proofs.conflicts import find_conflicts
from planner.results.judge import Circumstances, judge
from planner.results.records import Baseline
from planner.results.result import Result
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling import operations, windows
from planner.solvers.entanglement_scheduling.answers import unqualified
from planner.solvers.entanglement_scheduling.prices import Proof, first_proof

from .small_demands import demands
from .small_tasks import one_qubit, run_for

LATENCY: dict[str, Any] = {
    "objective": "latency",
    "protocols": {"schemes": ["published"], "most": 1},
}


@pytest.fixture(scope="module")
def two_hops() -> EntanglementScheduling:
    """One demand over two links, with one protocol on offer; any protocol might be shorter."""
    return demands(("0", "2", 0.6, 3.125), **LATENCY)


def result_of(instance: EntanglementScheduling, answer: Answer) -> Result:
    return judge(instance, answer, Circumstances(method="windows"))


@pytest.fixture(scope="module")
def optimal(two_hops: EntanglementScheduling) -> Result:
    """The best schedule of offered protocols."""
    return result_of(two_hops, windows.solve(two_hops, run_for()))


def test_optimum_names_its_class(optimal: Result) -> None:
    """The status word stays; the line, the table and the sentence name the class."""
    assert (optimal.status, optimal.bound_scope) == ("optimal", "offered protocols")
    assert "optimal among plans with offered protocols, latency 9 slots" in optimal.summary
    assert "(certificate; for plans with offered protocols)" in optimal.summary
    assert "certificate; for plans with offered protocols" in optimal._repr_html_()
    told = pl.explain(optimal)
    assert told.headline.startswith("demands has a plan, optimal among those with offered")
    assert told.proof.startswith("No plan with offered protocols can be better than 9 slots: ")


def test_verify_recomputes_the_class(optimal: Result) -> None:
    """A claim about every plan is refuted where the proof speaks of some."""
    found = pl.verify(optimal)
    assert (found.ok, found.bound_scope) == (True, "offered protocols")
    assert "optimal among plans with offered protocols" in found.summary
    wider = optimal.model_copy(update={"bound_scope": None}).sealed()
    assert [fault.constraint for fault in pl.verify(wider).violations] == ["bound_scope"]


def test_text_names_the_class(optimal: Result, capsys: pytest.CaptureFixture[str]) -> None:
    """`planner solve` says of which plans it speaks, at the status and at the bound."""
    result_view.result(optimal)
    told = capsys.readouterr().out
    assert "demands: optimal among plans with offered protocols" in told
    assert "re-checked without a solver; for plans with offered protocols)" in told


def test_baseline_may_beat_the_bound_on_some_plans(optimal: Result) -> None:
    """Whether a baseline used offered protocols is not known, so that it refutes nothing."""
    assert optimal.objective is not None
    better = Baseline(objective=optimal.objective.model_copy(update={"value": 5.0}))
    assert pl.verify(optimal.model_copy(update={"baselines": {"other": better}}).sealed())


def test_comparison_keeps_classes_apart(
    two_hops: EntanglementScheduling, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan of other protocols is measured by the bound on every plan."""
    found = pl.compare(two_hops, ["windows", "operations"], time_limit=20, workers=1)
    assert (found.bound, found.bound_scope) == (9.0, "offered protocols")
    assert [row.best_bound for row in found.rows] == [9.0, 5.0]
    assert [row.gap for row in found.rows] == [0.0, pytest.approx(0.8)]
    comparison_view.comparison(found)
    told = "operations: its plan is not among the plans with offered protocols; the best bound on"
    assert told in capsys.readouterr().out


def test_plan_of_another_class_is_kept(two_hops: EntanglementScheduling, optimal: Result) -> None:
    """No proof about offered protocols bounds a plan that was made to measure."""
    made = operations.solve(two_hops, run_for())
    found = result_of(two_hops, Answer(plan=made.plan, certificate=optimal.certificate))
    assert (found.status, found.bound, found.bound_scope) == ("feasible", None, None)


def test_infeasibility_names_its_class() -> None:
    """No offered protocol is fast enough; where no links lead there is no plan whatsoever."""
    fast = demands(("0", "2", 0.9, 25.0), mandatory=True)
    found = result_of(fast, windows.solve(fast, run_for()))
    assert "infeasible, no plan with offered protocols" in found.summary
    assert pl.explain(found).headline == "demands has no plan with offered protocols."
    values = fast.data()
    values["topology"] = {
        "kind": "graph",
        "nodes": [{"name": "0"}, {"name": "1"}, {"name": "2"}],
        "links": [{"a": "0", "b": "1"}],
    }
    cut = EntanglementScheduling.model_validate(values)
    answer = windows.solve(cut, run_for())
    assert result_of(cut, answer).bound_scope is None
    assert result_of(cut, answer).status == "infeasible"


def test_conflict_of_tasks_speaks_of_uninterrupted_ones() -> None:
    """Two tasks that exclude each other may both be served with pauses."""
    instance = one_qubit((2, 4), (6, 12))
    assert find_conflicts(instance.view) == [(0, 1)]
    found = result_of(instance, windows.solve(instance, run_for()))
    assert (found.status, found.bound_scope) == ("infeasible", "uninterrupted tasks")


def test_proof_of_every_plan_is_preferred() -> None:
    """Where all demands are admitted, that none is worth more holds whatever the protocols."""
    instance = demands(("0", "1", 0.6, 3.125))
    view = instance.view
    scoped = UtilisationCertificate(value=3.125, price=[0.0] * len(view.pools), clique_price=[])
    assert check_certificate(instance, scoped).violations == ()
    assert scope_of_bound(view, scoped) == "offered protocols"
    proof = Proof(scoped, 3.125, infeasible=False, cliques=(), fractional={})
    found = unqualified(view, {0: (0, (0,))}, proof, Run())
    assert found.certificate is not None
    assert scope_of_bound(view, found.certificate) is None
    assert found.bound == 3.125
    assert unqualified(view, {}, proof, Run()) is proof


def test_proof_of_the_offers_is_kept_where_no_other_closes_the_gap(
    two_hops: EntanglementScheduling, optimal: Result
) -> None:
    """Nine slots are the least on offer; any protocol needs five at least."""
    proof = first_proof(two_hops.view, Run())
    assert unqualified(two_hops.view, {0: (0, (0,))}, proof, Run()) is proof
    assert optimal.certificate == proof.certificate


def test_reasons_name_what_could_be_offered() -> None:
    """Where mandatory demands hold too much of a node, other protocols are a way out."""
    rows = [("0", "1", 0.6, 12.5)] * 9
    instance = demands(*rows, mandatory=True)
    found = result_of(instance, windows.solve(instance, run_for()))
    assert (found.status, found.bound_scope) == ("infeasible", "offered protocols")
    for field in ("routes", "most", "schemes", "distillation"):
        assert f"`protocols.{field}`" in found.why[0].message
    tasks = one_qubit((3, 8), (3, 8), (3, 8))
    rigid = result_of(tasks, windows.solve(tasks, run_for()))
    assert (rigid.status, rigid.bound_scope) == ("infeasible", None)
    assert "protocols" not in rigid.why[0].message
