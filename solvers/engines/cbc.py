"""Linear and mixed-integer programmes to CBC, in a process that is ended if it does not stop."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import BackendError
from planner.solvers.contract import Run
from planner.solvers.engines import cbc_files as files
from planner.solvers.engines.appraisal import Claim, appraise
from planner.solvers.engines.highs import solve_linear
from planner.solvers.engines.linear import Linear, without_costs
from planner.solvers.engines.logs import LogTail
from planner.solvers.engines.outcome import (
    Outcome,
    Status,
    gap_of_objective,
    settle_unbounded,
)
from planner.solvers.engines.scaling import Scaling, scaling_for
from planner.solvers.engines.statuses import verdict
from planner.solvers.engines.versions import require

_POLL = 0.02
_MAGNIFICATION = 512.0
"""CBC logs its bound with three decimals, so that its objective should be large."""


def solve_cbc(programme: Linear, *, run: Run, hint: FloatArray | None = None) -> Outcome:
    """Minimise a programme with the CBC that PuLP brings, within the limits of `run`.

    Parameters
    ----------
    hint
        A start for mixed-integer programmes; NaN where nothing is known.

    Raises
    ------
    BackendError
        There is no CBC, it failed, or it wrote nothing that can be read.
    """
    require("cbc")
    blank = Outcome(status=Status.UNKNOWN, backend="cbc", version="unknown")
    reason = run.stopping()
    if reason is not None:
        return replace(blank, stopped_by=reason)
    factors = scaling_for(programme)
    scaling = replace(factors, cost=factors.cost * _MAGNIFICATION)
    scaled = scaling.apply(programme)
    tail = LogTail("cbc")
    with tempfile.TemporaryDirectory(prefix="planner-cbc-") as name:
        folder = Path(name)
        files.write_mps(scaled, folder / "model.mps")
        if hint is not None:
            files.write_start(scaling.values_in(hint), folder / "start.txt")
        code = _run(_command(scaled, run, folder), folder, run)
        log = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
        for line in log.splitlines():
            tail.write_line(line)
        blank = replace(blank, version=files.read_version(log), log=tail.text)
        if code is None:
            return replace(blank, stopped_by=run.stopping())
        if code != 0:
            raise BackendError(f"CBC failed with exit code {code}:\n{tail.text}")
        solution = files.read_solution(folder, scaled, tail.text)
    return _judge(solution, log, programme, scaling, scaled, run=run, blank=blank)


def _judge(
    solution: files.Solution,
    log: str,
    programme: Linear,
    scaling: Scaling,
    scaled: Linear,
    *,
    run: Run,
    blank: Outcome,
) -> Outcome:
    status, stopped_by = verdict("cbc", solution.status, blank.log)
    if status is Status.UNBOUNDED:
        # Asked whether there is any solution, CBC may branch on unlimited columns for ever.
        return settle_unbounded(blank, solve_linear(without_costs(programme), run=run))
    if status is Status.INFEASIBLE:
        return replace(blank, status=status)
    bound = files.read_bound(log)
    if bound is not None:
        bound += scaled.offset
    elif status is Status.OPTIMAL:
        # Without a gap left, CBC shows no bound beside its objective.
        bound = scaled.objective(solution.values)
    claim = Claim(
        status=status,
        stopped_by=stopped_by or (run.stopping() if status is Status.UNKNOWN else None),
        values=None if solution.is_relaxed and programme.is_mixed_integer else solution.values,
        prices=solution.prices,
        bound=bound,
    )
    return appraise(claim, programme, scaling, scaled, gap=run.budget.gap, blank=blank)


def _command(scaled: Linear, run: Run, folder: Path) -> list[str]:
    command = [_binary(), "model.mps"]
    if (folder / "start.txt").exists():
        command += ["-mips", "start.txt"]
    remaining = run.remaining()
    if remaining is not None:
        command += ["-sec", f"{remaining:.3f}"]
    # The gap CBC sees leaves the offset out, so that it could stop too soon.
    ratio = gap_of_objective(run.budget.gap) if scaled.offset == 0 else 0.0
    command += ["-timeMode", "elapsed", "-ratio", repr(ratio)]
    # The preprocessing of CBC 2.10 loses solutions (tests/engines holds a case).
    command += ["-preprocess", "off"]
    command += ["-randomCbcSeed", str(1 + run.seed % (2**31 - 1))]
    if (run.budget.workers or 1) > 1:
        command += ["-threads", str(run.budget.workers)]
    command += ["-solve", "-solution", "solution.txt"]
    return [*command, "-saveSolution", "solution.bin"]


def _binary() -> str:
    """Return the path of the CBC that PuLP brings, else of the one on the path."""
    import pulp

    bundled = str(getattr(pulp.PULP_CBC_CMD, "pulp_cbc_path", ""))
    found = bundled if os.access(bundled, os.X_OK) else shutil.which("cbc")
    if found is None:
        fix = "Use backend `highs`, or install CBC so that `cbc` is on the path."
        raise BackendError(f"PuLP brings no CBC for this machine. {fix}")
    return found


def _run(command: list[str], folder: Path, run: Run) -> int | None:
    """Return the exit code of CBC, or `None` if it had to be killed.

    CBC ends its search on SIGINT and still writes its best solution; where it does not (presolve
    looks at no clock), it is killed after a short grace.
    """
    asked: float | None = None
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    return process.wait(timeout=_POLL)
                except subprocess.TimeoutExpired:
                    pass
                if run.stopping() is None:
                    continue
                if asked is None:
                    process.send_signal(signal.SIGINT)
                    asked = time.monotonic()
                elif time.monotonic() - asked > _grace(run):
                    return None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _grace(run: Run) -> float:
    """Return how many seconds CBC has to end its search; less than the worker process has."""
    if run.stopping() == "interrupt":
        return 0.8
    return 0.25 + min(0.05 * (run.budget.time_limit or 0.0), 5.0)
