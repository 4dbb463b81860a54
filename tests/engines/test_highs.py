"""Arrays to HiGHS: linear programmes, hints, limits, refusals."""

import threading
import time
from typing import Any

import numpy as np
import pytest
from engine_models import INF, cap_cover, programme
from scipy import sparse

from planner.models.base.errors import BackendError
from planner.solvers.contract import Budget, Run
from planner.solvers.engines import appraisal, highs
from planner.solvers.engines.highs import LpMethod, solve_linear, solve_lp
from planner.solvers.engines.highs_session import set_options
from planner.solvers.engines.linear import Linear, make_linear
from planner.solvers.engines.outcome import Outcome, Status
from planner.solvers.engines.scaling import Scaling

TWO = programme([2, 3], [[1, 1], [1, -1]], [4, -INF], [INF, 2], [(0, INF), (0, INF)], False)


def leaf_spine(leaves: int, spines: int, rate: float, size: float) -> Linear:
    """Return the flow programme of a fabric with failed links: least time in seconds."""
    rng = np.random.default_rng(0)
    rates = np.where(rng.random((leaves, spines)) < 0.1, 0.0, rate)
    pairs = np.array([(i, j) for i in range(leaves) for j in range(leaves) if i != j])
    demand = rng.integers(1, 9, len(pairs)) * size
    column = np.arange(len(pairs) * spines).reshape(-1, spines)
    up = pairs[:, :1] * spines + np.arange(spines)
    down = leaves * spines + pairs[:, 1:] * spines + np.arange(spines)
    links = 2 * leaves * spines
    rows = [np.repeat(np.arange(len(pairs)), spines), len(pairs) + up.ravel()]
    rows += [len(pairs) + down.ravel(), len(pairs) + np.arange(links)]
    columns = [column.ravel()] * 3 + [np.full(links, column.size)]
    data = [np.ones(column.size)] * 3 + [-np.tile(rates.ravel(), 2)]
    entries = (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns)))
    matrix = sparse.csr_array(entries, shape=(len(pairs) + links, column.size + 1))
    cost = np.zeros(column.size + 1)
    cost[-1] = 1.0
    low = np.concatenate([demand, np.full(links, -INF)])
    high = np.concatenate([demand, np.zeros(links)])
    return make_linear(cost, matrix, low, high, np.zeros(len(cost)), np.full(len(cost), INF))


@pytest.mark.parametrize("method", ["choose", "simplex", "ipm"])
@pytest.mark.parametrize("layout", [sparse.csr_array, sparse.csc_matrix])
def test_a_linear_programme_with_its_prices(method: Any, layout: Any) -> None:
    """Optimum 9 at (3, 1); the rows are worth 2.5 and -0.5, nothing else is."""
    outcome = solve_lp(
        TWO.cost,
        layout(TWO.matrix),
        TWO.row_lower,
        TWO.row_upper,
        TWO.col_lower,
        TWO.col_upper,
        run=Run(),
        method=method,
    )
    assert (outcome.status, outcome.objective, outcome.bound) == (Status.OPTIMAL, 9.0, 9.0)
    assert outcome.values == pytest.approx([3, 1])
    assert outcome.duals == pytest.approx([2.5, -0.5])
    assert outcome.reduced_costs == pytest.approx([0, 0])
    assert outcome.basis is not None
    assert outcome.backends == {"highs": outcome.version}
    assert "Optimal" in outcome.log


def test_a_basis_starts_the_next_solve() -> None:
    """From the optimal basis no iteration is left to do."""
    first = solve_linear(TWO, run=Run())
    again = solve_linear(TWO, run=Run(), basis=first.basis, options={"simplex_iteration_limit": 0})
    assert (again.status, again.objective) == (Status.OPTIMAL, 9.0)


def test_without_crossover_there_is_no_basis() -> None:
    """Interior point alone: proved by its prices, but not a vertex."""
    outcome = solve_linear(TWO, run=Run(), method="ipm", crossover=False)
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(9, rel=1e-6)
    assert outcome.basis is None


def test_units_do_not_change_the_optimum() -> None:
    """Bytes and bytes per second give the normalised optimum, to 1e-9."""
    small = solve_linear(leaf_spine(6, 5, 1.0, 1.0), run=Run())
    large = solve_linear(leaf_spine(6, 5, 5e10, 1e6), run=Run())
    assert (small.status, large.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert small.objective is not None
    assert large.objective == pytest.approx(small.objective * 1e6 / 5e10, rel=1e-9)


def test_a_false_optimum_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unscaled, HiGHS calls a value several times the optimum optimal; the prices tell."""
    case = leaf_spine(8, 8, 5e10, 1e6)
    honest = solve_linear(case, run=Run())
    rows, columns = (np.ones(length) for length in case.matrix.shape)
    monkeypatch.setattr(highs, "scaling_for", lambda case: Scaling(rows, columns, 1.0, 1.0))
    outcome = solve_linear(case, run=Run())
    assert "Optimal" in outcome.log
    assert outcome.objective is not None
    assert honest.objective is not None
    assert outcome.objective > 2 * honest.objective
    assert outcome.status is Status.FEASIBLE


def test_a_bound_that_excludes_its_own_solution_is_an_error() -> None:
    """A backend that contradicts itself is not argued with."""
    case = programme([1], [[1]], [3], [INF], [(0, 9)])
    ones = Scaling(np.ones(1), np.ones(1), 1.0, 1.0)
    claim = appraisal.Claim(
        status=Status.OPTIMAL, stopped_by=None, values=np.array([3.0]), prices=None, bound=4.0
    )
    blank = Outcome(status=Status.UNKNOWN, backend="highs", version="1")
    with pytest.raises(BackendError, match="contradicts itself"):
        appraisal.appraise(claim, case, ones, case, gap=0.0, blank=blank)


def test_values_that_break_a_limit_are_dropped() -> None:
    """A claimed optimum is checked against the rows."""
    case = programme([1], [[1]], [3], [INF], [(0, 9)])
    ones = Scaling(np.ones(1), np.ones(1), 1.0, 1.0)
    claim = appraisal.Claim(
        status=Status.OPTIMAL, stopped_by=None, values=np.array([2.0]), prices=None, bound=2.0
    )
    blank = Outcome(status=Status.OPTIMAL, backend="highs", version="1")
    outcome = appraisal.appraise(claim, case, ones, case, gap=0.0, blank=blank)
    assert (outcome.status, outcome.values) == (Status.UNKNOWN, None)


def test_a_hint_is_a_solution_from_the_start() -> None:
    """A full hint, and one that leaves columns open (NaN), survive the shortest limits."""
    case = cap_cover(3)
    cover = np.ones(27)
    cover[0] = np.nan
    for hint in (np.ones(27), cover):
        outcome = solve_linear(
            case, run=Run(), hint=hint, options={"mip_max_nodes": 0, "mip_heuristic_effort": 0.0}
        )
        assert outcome.objective is not None
        assert outcome.objective <= 27


def test_solutions_and_bounds_stream() -> None:
    """Each better than the last, in the unit of the caller, bounds below the optimum of 18."""
    found: list[tuple[np.ndarray, float, float | None]] = []
    bounds: list[float] = []
    case = cap_cover(3)
    outcome = solve_linear(
        case,
        run=Run(),
        on_solution=lambda values, objective, bound: found.append((values, objective, bound)),
        on_bound=bounds.append,
    )
    objectives = [objective for _, objective, _ in found]
    assert objectives == sorted(objectives, reverse=True)
    assert objectives[-1] == outcome.objective == 18
    for values, objective, bound in found:
        assert case.cost @ values == objective
        assert bound is None or bound <= 18 + 1e-6
    assert bounds
    assert max(bounds) <= 18 + 1e-6


def test_a_request_to_stop_is_heard() -> None:
    """From another thread, in the middle of the search."""
    run = Run()
    threading.Timer(0.3, run.stop).start()
    outcome = solve_linear(cap_cover(4), run=run)
    assert (outcome.status, outcome.stopped_by) == (Status.FEASIBLE, "interrupt")
    assert run.elapsed() < 10


def test_a_linear_programme_out_of_time_is_not_optimal() -> None:
    """What there is at the limit is checked, and never called optimal."""
    rng = np.random.default_rng(0)
    matrix = sparse.random(1500, 3000, density=0.02, random_state=rng, format="csc")
    matrix.data += 0.1
    case = make_linear(
        rng.random(3000) + 0.1,
        matrix,
        matrix @ rng.random(3000),
        np.full(1500, INF),
        np.zeros(3000),
        np.full(3000, INF),
    )
    methods: tuple[LpMethod, ...] = ("simplex", "ipm")
    for method in methods:
        outcome = solve_linear(case, run=Run(Budget(time_limit=0.05)), method=method)
        assert outcome.stopped_by == "time"
        assert outcome.status in {Status.FEASIBLE, Status.UNKNOWN}
        assert outcome.bound is None or outcome.bound <= 366.1


def test_the_number_of_workers_may_change() -> None:
    """HiGHS keeps its threads between solves and refuses another number unless told."""
    for workers in (1, 2, 1):
        run = Run(Budget(workers=workers))
        assert solve_linear(cap_cover(2), run=run).objective == 5


@pytest.mark.parametrize(
    "options", [{"nonsense": 1}, {"threads": -3}, {"solver": "foo"}, {"time_limit": "soon"}]
)
def test_a_refused_option_is_an_error(options: dict[str, Any]) -> None:
    """HiGHS returns a status that is easily overlooked, and prints on the console."""
    with pytest.raises(BackendError, match=next(iter(options))):
        solve_linear(TWO, run=Run(), options=options)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Logs go to `logging` and the outcome only, refusals included."""
    import highspy

    solve_linear(TWO, run=Run())
    model = highspy.Highs()
    set_options(model, {"log_to_console": False})
    with pytest.raises(BackendError):
        set_options(model, {"nonsense": 1})
    assert capfd.readouterr() == ("", "")


def test_programmes_without_columns_or_rows() -> None:
    """Decided without a backend that would call them empty."""
    none = np.zeros(0)
    free = make_linear(none, sparse.csc_array((1, 0)), [-1], [1], none, none)  # type: ignore[arg-type]
    assert solve_linear(free, run=Run()).objective == 0.0
    stuck = make_linear(none, sparse.csc_array((1, 0)), [1], [2], none, none)  # type: ignore[arg-type]
    assert solve_linear(stuck, run=Run()).status is Status.INFEASIBLE
    box = make_linear(np.ones(2), sparse.csc_array((0, 2)), none, none, np.ones(2), np.ones(2))
    assert solve_linear(box, run=Run()).objective == 2.0


def test_an_offset_counts() -> None:
    """In the objective, in the bound, and in the gap, which is relative."""
    case = make_linear(
        np.ones(27),
        cap_cover(3).matrix,
        *(cap_cover(3).row_lower, cap_cover(3).row_upper),
        *(np.zeros(27), np.ones(27), np.ones(27)),
        offset=-17.0,
    )
    outcome = solve_linear(case, run=Run(Budget(gap=0.5)))
    assert outcome.objective == 1.0
    assert outcome.bound == pytest.approx(1.0, rel=0.51)


def test_the_clock_includes_what_came_before() -> None:
    """Seconds spent on building count against the limit."""
    run = Run(Budget(time_limit=2.0), elapsed=1.6)
    start = time.monotonic()
    outcome = solve_linear(cap_cover(4), run=run)
    assert outcome.stopped_by == "time"
    assert time.monotonic() - start < 1.6
