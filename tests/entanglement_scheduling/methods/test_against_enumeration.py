"""The exact methods find what trying everything finds, and the others nothing better."""

import pytest

from planner.models.entanglement_scheduling import check_certificate
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.solvers.entanglement_scheduling import arrival_order, lns, strict, windows

from .small_tasks import draw, judged, run_for

LIMITS = [
    {"jitter": "windows"},
    {"jitter": "zero"},
    {"jitter": "10 ms"},
    {"jitter": "windows", "wrap": True},
    {"jitter": "zero", "wrap": True},
    {"jitter": "20 ms", "wrap": True},
]
NAMES = [f"{each['jitter']}-{each.get('wrap', False)}" for each in LIMITS]


@pytest.mark.parametrize("limits", LIMITS, ids=NAMES)
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 6, 7])
def test_windows_are_exact(seed: int, limits: dict[str, object]) -> None:
    """The optimum is found and proved, or that there is no schedule."""
    instance = draw(seed, **limits)
    truth = enumerate_all(instance)
    assert truth is not None
    answer = windows.solve(instance, run_for())
    found = judged(instance, answer)
    if truth.value is None:
        assert answer.infeasible
        return
    assert found is not None
    assert found.objective.value == pytest.approx(truth.value, rel=1e-12)
    bounds = [] if answer.solver_bound is None else [answer.solver_bound]
    if answer.certificate is not None:
        checked = check_certificate(instance, answer.certificate)
        assert checked.violations == ()
        bounds.append(checked.bounds[instance.objective])
    assert min(bounds) == pytest.approx(truth.value, rel=1e-9)


@pytest.mark.parametrize("seed", range(20, 32))
def test_strict_is_exact_at_zero_jitter(seed: int) -> None:
    """The modular constraints allow what strictly periodic starts allow, and no more."""
    instance = draw(seed, jitter="zero", wrap=bool(seed % 2))
    truth = enumerate_all(instance)
    assert truth is not None
    found = judged(instance, strict.solve(instance, run_for()))
    value = None if found is None else found.objective.value
    assert value == pytest.approx(truth.value) if truth.value is not None else value is None


@pytest.mark.parametrize("method", [strict, arrival_order, lns], ids=["strict", "arrival", "lns"])
@pytest.mark.parametrize("seed", range(40, 46))
def test_others_stay_below_the_optimum(seed: int, method: object) -> None:
    """What other methods plan keeps the limits and is no better than the optimum."""
    instance = draw(seed, jitter="windows")
    truth = enumerate_all(instance)
    assert truth is not None
    found = judged(instance, method.solve(instance, run_for()))  # type: ignore[attr-defined]
    if found is not None:
        assert truth.value is not None
        assert found.objective.value is not None
        assert found.objective.value <= truth.value * (1 + 1e-12)
