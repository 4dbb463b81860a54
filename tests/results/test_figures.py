"""What follows from an evaluation and a checked bound."""

import pytest

from planner.models.base.evaluation import (
    BoundSource,
    CheckedBound,
    Evaluation,
    Objective,
    Sense,
    Violation,
)
from planner.results.figures import matches, relative_gap, weigh

BROKEN = Violation(code="broken", constraint="limits", where="here")


def plan(
    value: float | None, *, sense: Sense = "min", later: float = 5.0, broken: bool = False
) -> Evaluation:
    """A plan with an objective `cost` and a later one, `parts`."""
    return Evaluation(
        objectives=(
            Objective(name="cost", value=value, unit="1", sense=sense),
            Objective(name="parts", value=later, unit="1"),
        ),
        metrics={},
        violations=(BROKEN,) if broken else (),
    )


def proof(source: BoundSource = "certificate", **bounds: float) -> CheckedBound:
    """A certificate that holds."""
    return CheckedBound(bounds=bounds, source=source)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [
        (3.0, 2.0, 0.5),
        (2.0, 3.0, 1 / 3),
        (-3.0, -2.0, 0.5),
        (0.0, 0.0, 0.0),
        (1.0, 0.0, None),
        (None, 1.0, None),
        (1.0, None, None),
    ],
)
def test_gap_is_relative_to_the_bound(
    objective: float | None, bound: float | None, gap: float | None
) -> None:
    """The gap is |objective - bound| / |bound|; a bound of zero has one only at zero."""
    assert relative_gap(objective, bound) == gap


def test_figures_match_by_relative_size_only() -> None:
    """A nanosecond is no rounding error of another nanosecond, and unknown is not zero."""
    assert matches(1.0, 1.0 + 1e-10, 1e-9)
    assert not matches(1e-9, 2e-9, 1e-9)
    assert not matches(None, 0.0, 1e-9)
    assert matches(None, None, 1e-9)


def test_closed_gap_is_optimal_and_verified() -> None:
    """A plan that meets a re-checked bound is optimal."""
    found = weigh(plan(2.0), proof(cost=2.0), tolerance=1e-6)
    assert (found.status, found.gap, found.verified) == ("optimal", 0.0, True)
    assert (found.bound_source, found.bound_verified) == ("certificate", True)


def test_open_gap_is_feasible_unless_the_tolerance_allows_it() -> None:
    """`optimal` means within the tolerance that was asked for."""
    assert weigh(plan(2.0001), proof(cost=2.0), tolerance=1e-6).status == "feasible"
    assert weigh(plan(2.0001), proof(cost=2.0), tolerance=6e-5).status == "optimal"


@pytest.mark.parametrize("tolerance", [0.06, 3.0, 1e300])
def test_gap_above_the_cap_is_never_closed(tolerance: float) -> None:
    """Whatever gap was asked for, a plan 1 % from its bound is not called optimal."""
    assert weigh(plan(2.02), proof(cost=2.0), tolerance=tolerance).status == "feasible"
    found = weigh(plan(2.02), proof(cost=1.5), tolerance=tolerance, solver_bound=2.0)
    assert (found.status, found.bound_source) == ("feasible", "certificate")


def test_plan_without_any_bound_is_feasible_at_best() -> None:
    """Nobody vouches for the plan: no bound, no gap, not optimal."""
    found = weigh(plan(2.0), None, tolerance=1e-6)
    assert (found.status, found.bound, found.gap) == ("feasible", None, None)
    assert (found.bound_source, found.verified) == (None, True)


def test_unknown_objective_has_no_gap() -> None:
    """An objective nobody knows is never within a gap."""
    found = weigh(plan(None), proof(cost=2.0), tolerance=1.0)
    assert (found.status, found.gap, found.bound) == ("feasible", None, 2.0)


def test_solver_bound_is_named_as_such() -> None:
    """Where nothing can be re-checked, the solver's word closes the gap, unverified."""
    found = weigh(plan(2.0), None, tolerance=1e-6, solver_bound=2.0)
    assert (found.status, found.bound_source, found.bound_verified) == ("optimal", "solver", False)


@pytest.mark.parametrize(
    ("proven", "word", "bound", "source"),
    [
        (2.0, 2.0, 2.0, "certificate"),  # as strong as the word
        (1.5, 1.9, 1.5, "certificate"),  # neither closes the gap
        (1.5, 2.0, 2.0, "solver"),  # only the word closes it
    ],
)
def test_proof_counts_before_a_word(proven: float, word: float, bound: float, source: str) -> None:
    """The solver's word is taken only where it alone closes the gap."""
    found = weigh(plan(2.0), proof(cost=proven), tolerance=1e-6, solver_bound=word)
    assert (found.bound, found.bound_source) == (bound, source)


def test_word_that_the_plan_refutes_is_dropped() -> None:
    """A plan better than the solver's bound shows the bound to be wrong."""
    found = weigh(plan(2.0), None, tolerance=1.0, solver_bound=2.1)
    assert (found.bound, found.word_refuted, found.status) == (None, True, "feasible")


@pytest.mark.parametrize(("sense", "bound"), [("min", 2.1), ("max", 1.9)])
def test_plan_better_than_a_proof_is_a_conflict(sense: Sense, bound: float) -> None:
    """Plan and proof cannot both be right, whichever way the objective goes."""
    found = weigh(plan(2.0, sense=sense), proof(cost=bound), tolerance=1.0)
    assert [conflict.code for conflict in found.conflicts] == ["bound-contradicted"]


def test_plan_on_the_right_side_of_a_maximum_is_no_conflict() -> None:
    """For a maximum the bound lies above."""
    found = weigh(plan(1.9, sense="max"), proof(cost=2.0), tolerance=1e-6)
    assert (found.status, found.conflicts) == ("feasible", ())


def test_plan_against_proof_of_infeasibility_is_a_conflict() -> None:
    """A plan that keeps every limit refutes the proof that there is none."""
    found = weigh(plan(1.0), CheckedBound(bounds={}, infeasible=True), tolerance=1.0)
    assert [conflict.code for conflict in found.conflicts] == ["infeasible-contradicted"]


def test_broken_plan_has_no_gap() -> None:
    """The objective of a plan that breaks limits is compared with nothing."""
    found = weigh(plan(1.0, broken=True), proof(cost=2.0), tolerance=1.0)
    assert (found.status, found.gap, found.verified) == ("violates_limits", None, False)
    assert found.conflicts == ()


def test_refuted_certificate_proves_nothing() -> None:
    """With one false claim the whole certificate is void."""
    checked = CheckedBound(bounds={"cost": 2.0}, violations=(BROKEN,))
    found = weigh(plan(2.0), checked, tolerance=1e-6)
    assert (found.bound, found.status, found.verified) == (None, "feasible", False)


def test_infeasible_is_verified_only_with_a_proof() -> None:
    """A solver's word that there is no plan is repeated, not verified."""
    proved = weigh(None, CheckedBound(bounds={}, infeasible=True), tolerance=1e-6)
    claimed = weigh(None, None, tolerance=1e-6, claims_infeasible=True)
    assert (proved.status, proved.verified) == ("infeasible", True)
    assert (claimed.status, claimed.verified) == ("infeasible", False)


def test_no_plan_and_no_proof_is_unknown() -> None:
    """A bound without a plan is kept; it verifies nothing."""
    found = weigh(None, proof(cost=2.0), tolerance=1e-6)
    assert (found.status, found.bound, found.bound_source) == ("unknown", 2.0, "certificate")
    assert not found.verified


def test_later_bounds_hold_for_plans_that_are_best_in_the_first() -> None:
    """A bound on parts speaks of optimal plans only, and of none that lies below it."""
    both = proof(cost=2.0, parts=4.0)
    assert weigh(plan(2.0), both, tolerance=1e-6).objectives[1].bound == 4.0
    assert weigh(plan(2.5), both, tolerance=1e-6).objectives[1].bound is None
    assert weigh(plan(2.0, later=3.0), both, tolerance=1e-6).objectives[1].bound is None


@pytest.mark.parametrize(
    ("sense", "value", "bound"),
    [
        ("min", 2.0, 4.0),
        ("min", 2.0 + 1e-10, 4.0),
        ("min", 2.0 + 1e-7, None),
        ("min", 2.0 - 1e-7, 4.0),
        ("max", 2.0 - 1e-7, None),
        ("max", 2.0 + 1e-7, 4.0),
    ],
)
def test_later_bounds_hold_up_to_a_value_of_the_first(
    sense: Sense, value: float, bound: float | None
) -> None:
    """A plan that is optimal within the gap, yet worse than the proof says, has no later bound."""
    both = proof(cost=2.0, parts=4.0).model_copy(update={"holds_at": 2.0})
    found = weigh(plan(value, sense=sense), both, tolerance=1e-6)
    assert (found.status, found.objectives[1].bound) == ("optimal", bound)


def scoped(scope: str | None) -> Evaluation:
    """A plan of one class of plans."""
    return plan(2.0).model_copy(update={"scope": scope})


@pytest.mark.parametrize(
    ("own", "status", "told"), [("some", "optimal", "some"), ("others", "feasible", None)]
)
def test_bounds_speak_of_their_own_class(own: str, status: str, told: str | None) -> None:
    """Neither a proof nor a word about some plans says anything about others."""
    proved = proof(cost=2.0).model_copy(update={"scope": "some"})
    word = weigh(scoped(own), None, tolerance=1e-6, solver_bound=2.0, solver_scope="some")
    for found in (weigh(scoped(own), proved, tolerance=1e-6), word):
        assert (found.status, found.bound_scope) == (status, told)


def test_infeasibility_of_some_plans_contradicts_no_other() -> None:
    """That no plan of a class exists leaves room for plans of another."""
    proved = CheckedBound(bounds={}, infeasible=True, scope="some")
    other = weigh(scoped("others"), proved, tolerance=1e-6)
    assert (other.status, other.conflicts, other.bound_scope) == ("feasible", (), None)
    same = weigh(scoped("some"), proved, tolerance=1e-6)
    assert [conflict.code for conflict in same.conflicts] == ["infeasible-contradicted"]
    none = weigh(None, proved, tolerance=1e-6)
    assert (none.status, none.verified, none.bound_scope) == ("infeasible", True, "some")


@pytest.mark.parametrize("scope", [None, "some"])
def test_word_that_there_is_no_plan_has_a_class(scope: str | None) -> None:
    """A solver that searched some plans says nothing about the others."""
    found = weigh(None, None, tolerance=1e-6, solver_scope=scope, claims_infeasible=True)
    assert (found.status, found.verified, found.bound_scope) == ("infeasible", False, scope)
