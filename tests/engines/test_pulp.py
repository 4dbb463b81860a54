"""Readable programmes: PuLP problems through HiGHS and CBC, and CBC as a process."""

import os
import stat
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pulp
import pytest
from engine_models import INF, cap_cover, market_slack, market_split, programme, to_pulp

from planner.models.base.errors import BackendError, CapabilityError
from planner.solvers.contract import Budget, Run
from planner.solvers.engines import cbc, cbc_files
from planner.solvers.engines.cbc import solve_cbc
from planner.solvers.engines.linear import Linear
from planner.solvers.engines.outcome import Status
from planner.solvers.engines.pulp_engine import solve_pulp
from planner.solvers.engines.scaling import scaling_for

on_both = pytest.mark.parametrize("backend", ["highs", "cbc"])


def shop() -> tuple[Any, Any, Any]:
    """Return: most of 3a + 2.5b + 10 with 2a + b <= 9.5, a whole, b at most 4."""
    problem = pulp.LpProblem("shop", pulp.LpMaximize)
    whole = problem.add_variable("tables", 0, 10, cat="Integer")
    part = problem.add_variable("boards", 0, 4)
    problem += 3 * whole + 2.5 * part + 10
    problem += 2 * whole + part <= 9.5, "hours"
    return problem, whole, part


@on_both
def test_a_maximisation_keeps_its_sense(backend: str) -> None:
    """Objective, constant, bound and values come back in the user's own terms."""
    problem, whole, part = shop()
    outcome = solve_pulp(problem, run=Run(), backend=backend)
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(27.75)
    assert outcome.bound == pytest.approx(27.75)
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound >= outcome.objective - 1e-9
    assert (whole.varValue, part.varValue) == (3.0, 3.5)
    assert pulp.value(problem.objective) == pytest.approx(outcome.objective)


@on_both
def test_prices_have_the_sense_of_the_problem(backend: str) -> None:
    """An hour more is worth 1.5 to the relaxation, which uses 2.75 tables and 4 boards."""
    problem, whole, _ = shop()
    whole.cat = "Continuous"
    outcome = solve_pulp(problem, run=Run(), backend=backend)
    assert outcome.objective == pytest.approx(28.25)
    assert outcome.duals == pytest.approx([1.5])


@on_both
def test_no_solution_leaves_no_values(backend: str) -> None:
    """Not those of the relaxation, nor those of an earlier solve."""
    problem = to_pulp(market_split())
    for variable in problem.variables():
        variable.varValue = 0.5
    outcome = solve_pulp(problem, run=Run(Budget(time_limit=0.3)), backend=backend)
    assert outcome.status is Status.UNKNOWN
    assert {variable.varValue for variable in problem.variables()} == {None}


@on_both
def test_a_maximisation_out_of_time(backend: str) -> None:
    """The bound lies on the other side: above the optimum of -61."""
    problem = to_pulp(cap_cover(4), maximise=True)
    outcome = solve_pulp(problem, run=Run(Budget(time_limit=0.8)), backend=backend)
    assert (outcome.status, outcome.stopped_by) == (Status.FEASIBLE, "time")
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.objective <= -61 <= outcome.bound


@on_both
def test_a_hint_by_name(backend: str) -> None:
    """Some variables suffice; a name that does not exist is refused."""
    problem = to_pulp(cap_cover(2))
    names = [variable.name for variable in problem.variables()]
    hint = dict.fromkeys(names[1:], 1.0)
    assert solve_pulp(problem, run=Run(), backend=backend, hint=hint).objective == 5
    with pytest.raises(ValueError, match="nobody"):
        solve_pulp(problem, run=Run(), backend=backend, hint={"nobody": 1.0})


def test_solutions_stream_in_the_sense_of_the_problem() -> None:
    """HiGHS tells of each better solution of a maximisation as a larger number."""
    seen: list[float] = []
    bounds: list[float] = []
    solve_pulp(
        to_pulp(cap_cover(3), maximise=True),
        run=Run(),
        on_solution=lambda values, objective, bound: seen.append(objective),
        on_bound=bounds.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] == -18
    assert min(bounds) >= -18 - 1e-6


@pytest.mark.parametrize("name", ["HIGHS", "gurobi", "", "cpsat"])
def test_an_unknown_solver_is_refused(name: str) -> None:
    """Never a silent fallback; the message names the choices."""
    with pytest.raises(CapabilityError, match="`highs` or `cbc`"):
        solve_pulp(shop()[0], run=Run(), backend=name)


def test_what_arrays_cannot_hold_is_refused() -> None:
    """Special ordered sets would be lost without a word."""
    problem, whole, part = shop()
    problem.sos1["pick"] = {whole: 1, part: 2}
    with pytest.raises(ValueError, match="ordered sets"):
        solve_pulp(problem, run=Run())


def odd_programme() -> Linear:
    """Return a programme with every kind of row and column limit, and long numbers."""
    rows: list[list[float]] = [[1, 1 / 3, 0], [0, 1, -2e-7], [1, 0, 1], [1e7, 0, 1], [0, 2, 1]]
    low = [-INF, 0.1, 2.0, -INF, -1 / 7]
    high = [10 / 3, INF, 2.0, INF, 1e5]
    box = [(-INF, INF), (-5, INF), (-INF, 1.5)]
    return programme([1 / 7, -2, 0], rows, low, high, box, [False, True, False])


def test_the_file_for_cbc_says_the_same(tmp_path: Path) -> None:
    """Read by HiGHS instead, it is the same programme, to the last digit."""
    import highspy

    case = odd_programme()
    cbc_files.write_mps(case, tmp_path / "model.mps")
    reader = highspy.Highs()
    reader.setOptionValue("log_to_console", False)
    reader.readModel(str(tmp_path / "model.mps"))
    read = reader.getLp()
    kept = np.isfinite(case.row_lower) | np.isfinite(case.row_upper)
    assert list(read.col_cost_) == case.cost.tolist()
    assert list(read.col_lower_) == case.col_lower.tolist()
    assert list(read.col_upper_) == case.col_upper.tolist()
    assert list(read.row_lower_) == case.row_lower[kept].tolist()
    assert np.array(read.row_upper_) == pytest.approx(case.row_upper[kept], rel=1e-15)
    assert [int(kind) for kind in read.integrality_] == [0, 1, 0]
    whole = np.zeros((int(kept.sum()), 3))
    for column in range(3):
        for entry in range(read.a_matrix_.start_[column], read.a_matrix_.start_[column + 1]):
            whole[read.a_matrix_.index_[entry], column] = read.a_matrix_.value_[entry]
    assert (whole == case.matrix.toarray()[kept]).all()


def test_cbc_reads_every_kind_of_limit() -> None:
    """The odd programme has the same optimum for both, with rows that limit nothing."""
    from planner.solvers.engines.highs import solve_linear

    case = odd_programme()
    reference, outcome = solve_linear(case, run=Run()), solve_cbc(case, run=Run())
    assert (reference.status, outcome.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert outcome.objective == pytest.approx(reference.objective)


@pytest.mark.parametrize(
    ("log", "bound"),
    [
        ("Cbc0005I Partial search - best objective 63 (best possible 33.915339), took", 33.915339),
        ("Cbc0005I Partial search - best objective 1e+50 (best possible -4e+3), took", -4000.0),
        (
            "Result - Optimal solution found (within gap tolerance)\nLower bound:   -23505.2",
            -23505.2,
        ),
        ("Cbc0005I Partial search - best objective 1e+50 (best possible -1e+50), took", None),
        ("Cbc0001I Search completed - best objective 18, took 0 iterations", None),
    ],
)
def test_the_bound_in_the_log(log: str, bound: float | None) -> None:
    """Rounded outward by what the log does not show; absent where the search is complete."""
    read = cbc_files.read_bound(log)
    if bound is None:
        assert read is None
    else:
        assert read is not None
        assert bound - 2e-3 <= read < bound


def test_small_objectives_keep_their_bound() -> None:
    """Seconds of 1e-5: the bound, logged with three decimals, still closes the gap."""
    case = programme([1e-5, 3e-5], [[2, 3]], [7], [INF], [(0, 9), (0, 9)])
    assert (scaling_for(case).apply(case).cost * cbc._MAGNIFICATION).max() >= 512
    outcome = solve_cbc(case, run=Run())
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(4e-5, rel=1e-12)


def test_cbc_stops_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted, and left the time to react, it writes its best solution and bound."""
    monkeypatch.setattr(cbc, "_grace", lambda run: 60.0)
    run = Run()
    threading.Timer(0.5, run.stop).start()
    outcome = solve_cbc(market_slack(), run=run)
    assert (outcome.status, outcome.stopped_by) == (Status.FEASIBLE, "interrupt")
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound <= outcome.objective


def impostor(folder: Path, body: str) -> str:
    """Return the path of a script that stands for CBC."""
    script = folder / "cbc"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def test_a_cbc_that_ignores_its_limit_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its limit nor an interrupt impresses it; there is no solution, only a reason."""
    mark = tmp_path / "pid"
    path = impostor(tmp_path, f"trap '' INT TERM\necho $$ > {mark}\nwhile :; do sleep 0.05; done")
    monkeypatch.setattr(cbc, "_binary", lambda: path)
    run = Run(Budget(time_limit=0.5))
    outcome = solve_cbc(cap_cover(2), run=run)
    assert (outcome.status, outcome.stopped_by) == (Status.UNKNOWN, "time")
    assert run.elapsed() <= 0.5 * 1.1 + 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("echo out of luck; exit 3", "exit code 3(.|\n)*out of luck"),
        ("echo no file; exit 0", "wrote no solution(.|\n)*no file"),
        ("echo 'Status unknown - objective value 0' > solution.txt; "
         "head -c 208 /dev/zero > solution.bin", "`Status unknown`"),
        ("kill -SEGV $$", "exit code -11"),
    ],
)  # fmt: skip
def test_a_cbc_that_fails_is_an_error(
    body: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error shows the end of its log."""
    monkeypatch.setattr(cbc, "_binary", lambda: impostor(tmp_path, body))
    case = programme([1] * 4, [[1] * 4] * 8, [1] * 8, [2] * 8, [(0, 1)] * 4)
    with pytest.raises(BackendError, match=words):
        solve_cbc(case, run=Run())


def test_a_machine_without_cbc(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to use instead."""
    monkeypatch.setattr(pulp.PULP_CBC_CMD, "pulp_cbc_path", "/nowhere/cbc")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BackendError, match="Use backend `highs`"):
        solve_cbc(cap_cover(2), run=Run())


def test_no_files_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with the model, its start and the log goes with the call."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    solve_cbc(cap_cover(2), run=Run())
    assert list(tmp_path.iterdir()) == []
