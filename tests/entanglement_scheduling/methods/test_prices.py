"""Bounds and proofs that the check repeats."""

import pytest

from planner.models.entanglement_scheduling import check_certificate
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.solvers.contract import Run
from planner.solvers.entanglement_scheduling.prices import any_protocol, cover, first_proof

from .small_demands import demands
from .small_tasks import draw, one_qubit, tasks


@pytest.mark.parametrize("seed", range(50, 70))
def test_bounds_hold(seed: int) -> None:
    """The certificate is accepted as it is, and no schedule beats it."""
    instance = draw(seed, jitter=("windows", "zero")[seed % 2])
    truth, proof = enumerate_all(instance), first_proof(instance.view, Run())
    assert truth is not None
    assert proof.certificate is not None
    checked = check_certificate(instance, proof.certificate)
    assert checked.violations == ()
    assert checked.infeasible == proof.infeasible
    if proof.infeasible:
        assert truth.value is None
    elif truth.value is not None:
        assert proof.bound is not None
        assert proof.bound >= truth.value * (1 - 1e-12)


def test_overload_is_proved() -> None:
    """Three tasks of which any two fit are too much for one qubit."""
    instance = one_qubit((3, 8), (3, 8), (3, 8))
    proof = first_proof(instance.view, Run())
    assert proof.infeasible
    assert proof.certificate is not None
    assert proof.certificate.kind == "overload"
    assert check_certificate(instance, proof.certificate).infeasible


def test_unserved_is_proved() -> None:
    """A mandatory demand that no protocol serves is named."""
    instance = demands(("0", "2", 0.9, 25.0), mandatory=True)
    proof = first_proof(instance.view, Run())
    assert proof.certificate is not None
    assert proof.certificate.kind == "unserved"
    assert check_certificate(instance, proof.certificate).infeasible


def test_cliques_beat_utilisation() -> None:
    """Of tasks that exclude each other pair by pair one counts, though each uses little."""
    rows = [{"period": 8, "length": 1, "busy": {"a-C0": [(0, 1)]}}]
    rows += [{"period": 9, "length": 1, "busy": {"a-C0": [(0, 1)]}}]
    instance = tasks(rows, limits={"jitter": "zero"}, objective="demands")
    proof = first_proof(instance.view, Run())
    assert proof.cliques == ((0, 1),)
    assert proof.bound == 1.0


def test_cover_has_every_pair() -> None:
    """A triangle is one clique, an edge that hangs on it another one."""
    assert cover([(0, 1), (0, 2), (1, 2), (2, 3)]) == ((0, 1, 2), (2, 3))


def test_bound_on_any_protocol() -> None:
    """Prices of nodes bound schedules of protocols that nobody offered."""
    instance = demands(("0", "2", 0.55, 25.0), ("0", "2", 0.55, 25.0), ("2", "0", 0.55, 12.5))
    proof = any_protocol(instance.view, Run())
    assert proof.certificate is not None
    checked = check_certificate(instance, proof.certificate)
    assert (checked.violations, checked.scope) == ((), None)
