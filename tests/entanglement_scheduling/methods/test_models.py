"""The parts of the models: residues, pools that say nothing, exchanges, components."""

import math

import numpy as np
import pytest

from planner.solvers.entanglement_scheduling.components import components
from planner.solvers.entanglement_scheduling.jobs import jobs_of, most_held, scale_of
from planner.solvers.entanglement_scheduling.lns import runs
from planner.solvers.entanglement_scheduling.phases import free_differences
from planner.solvers.entanglement_scheduling.pools import scarce_pools
from planner.solvers.entanglement_scheduling.symmetry import alike, exchanges

from .small_tasks import draw, tasks


@pytest.mark.parametrize("seed", range(20))
def test_free_differences(seed: int) -> None:
    """A residue is free if repeating both intervals over the hyperperiod never meets."""
    rng = np.random.default_rng(seed)
    periods = [int(p) for p in rng.choice([4, 6, 8, 12], 2)]
    first, second = (
        {0: ((b := int(rng.integers(p)), int(rng.integers(b + 1, p + 1))),)} for p in periods
    )
    whole, divisor = math.lcm(*periods), math.gcd(*periods)

    def held(own: dict[int, tuple[tuple[int, int], ...]], period: int, phase: int) -> set[int]:
        begin, end = own[0][0]
        starts = range(phase, phase + whole, period)
        return {(s + o) % whole for s in starts for o in range(begin, end)}

    apart = [
        not held(first, periods[0], 0) & held(second, periods[1], shift) for shift in range(divisor)
    ]
    assert free_differences(first, second, divisor).tolist() == apart


def test_pools_that_follow_are_left_out() -> None:
    """A qubit held only while another one is says nothing; a pause nothing fits into is closed."""
    rows = [
        {"period": 8, "length": 4, "busy": {"a-C0": [(0, 4)], "a-S0": [(1, 3)]}},
        {"period": 8, "length": 6, "busy": {"a-C0": [(0, 2), (4, 6)], "a-S0": [(4, 5)]}},
    ]
    pools = scarce_pools(jobs_of(tasks(rows).view))
    assert [pool.pool for pool in pools] == [0]
    assert pools[0].held[1, 0] == ((0, 6),)


def test_exchanges_between_periods() -> None:
    """Two tasks of twice the period may stand in for one, so that it comes after them."""
    rows = [{"period": p, "length": 2, "busy": {"a-C0": [(0, 2)]}} for p in (4, 8, 8, 8, 6)]
    jobs = jobs_of(tasks(rows).view)
    pools = scarce_pools(jobs)
    assert list(alike(jobs, pools)) == [(1, 2), (2, 3)]
    (found,) = exchanges(jobs, pools)
    assert (found.job, [other for other, _ in found.others]) == (0, [1, 2, 3])
    # Hyperperiod 24: three repetitions of each longer one, six of the shorter; one may be missing.
    assert found.least == 9 - 3


def test_components_repeat_by_themselves() -> None:
    """Tasks on different qubits are apart, each with the hyperperiod of its own periods."""
    rows = [{"period": p, "length": 2, "busy": {q: [(0, 2)]}} for p, q in
            ((4, "a-C0"), (6, "a-C0"), (8, "a-S0"), (8, "a-S0"))]  # fmt: skip
    parts = components(jobs_of(tasks(rows).view))
    assert sorted((len(part.jobs), part.hyperperiod) for part in parts) == [(2, 8), (2, 12)]


def test_values_are_scaled_exactly() -> None:
    """Decimal rates become whole numbers; others are kept to twelve digits."""
    assert scale_of([0.1953125, 12.5]) == 128
    assert scale_of([1 / 3, 2 / 3]) == 10**12


def test_levels_become_intervals() -> None:
    """What others hold comes as maximal intervals of one level."""
    assert runs(np.array([0, 1, 1, 2, 0, 1])) == [(1, 3, 1), (3, 4, 2), (5, 6, 1)]
    assert most_held(((0, 2), (1, 3), (2, 4))) == 2


def test_draws_differ() -> None:
    """The random tasks of these tests are not all alike."""
    assert len({draw(seed).view.hyperperiod for seed in range(8)}) > 2
