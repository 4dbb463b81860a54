"""Proofs case by case that the check repeats."""

import pytest

from planner.models.entanglement_scheduling import check_certificate
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.solvers.contract import Run
from planner.solvers.entanglement_scheduling.branching import prove
from planner.solvers.entanglement_scheduling.prices import first_proof

from .small_tasks import draw, one_qubit


@pytest.mark.parametrize("seed", [53, 152, 167, 242, 388])
def test_optimum_is_proved_where_prices_leave_a_gap(seed: int) -> None:
    """Cases, and sets of tasks that the check excludes by trying all starts, close the gap."""
    instance = draw(seed, jitter="windows")
    proof, truth = first_proof(instance.view, Run()), enumerate_all(instance)
    assert truth is not None
    assert truth.value is not None
    assert proof.bound is not None
    assert proof.bound > truth.value * 1.01
    certificate = prove(instance.view, truth.value, proof.cliques, Run(), 20.0)
    assert certificate is not None
    checked = check_certificate(instance, certificate)
    assert checked.violations == ()
    assert checked.bounds[instance.objective] == pytest.approx(truth.value)


def test_better_schedule_is_never_excluded() -> None:
    """A target below the optimum has no proof."""
    instance = one_qubit((1, 4), (1, 4), (1, 4), mandatory=False, objective="demands")
    assert prove(instance.view, 2.0, (), Run(), 10.0) is None
