"""One HiGHS object from its options to the end of its run; every refusal is an error."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import BackendError
from planner.solvers.contract import Run, StopReason
from planner.solvers.engines.appraisal import Claim, checked_values
from planner.solvers.engines.linear import Linear
from planner.solvers.engines.logs import LogTail
from planner.solvers.engines.outcome import Basis, OnBound, OnSolution, Status, gap_of_objective
from planner.solvers.engines.scaling import Scaling
from planner.solvers.engines.versions import is_trusted

_LARGEST_SEED = 2**31


def open_highs(run: Run, tail: LogTail, options: Mapping[str, Any]) -> Any:
    """Return a HiGHS object that keeps to the limits of `run` and logs to `tail` only.

    Raises `BackendError` for an option that HiGHS refuses and for a HiGHS that is not trusted.
    """
    import highspy

    highs = highspy.Highs()
    if not is_trusted("highspy", highs.version()):
        raise BackendError(f"the HiGHS {highs.version()} that was imported gives wrong optima")
    workers = run.budget.workers or 1
    remaining = run.remaining()
    # The console comes first: HiGHS prints its refusals. It fires logging callbacks only where it
    # also logs to a console or a file.
    set_options(highs, {"log_to_console": False, "log_file": os.devnull})
    highs.cbLogging += lambda event: tail.write(event.message)
    set_options(
        highs,
        {
            "threads": workers,
            "parallel": "on" if workers > 1 else "off",
            "random_seed": run.seed % _LARGEST_SEED,
            "time_limit": highspy.kHighsInf if remaining is None else remaining,
            "mip_rel_gap": gap_of_objective(run.budget.gap),
            # An absolute gap knows nothing of the unit of the objective.
            "mip_abs_gap": 0.0,
            **options,
        },
    )
    return highs


def set_options(highs: Any, options: Mapping[str, Any]) -> None:
    """Set native options; raises `BackendError` for one that HiGHS refuses."""
    import highspy

    for name, value in options.items():
        try:
            status = highs.setOptionValue(name, value)
        except TypeError:
            status = highspy.HighsStatus.kError
        if status != highspy.HighsStatus.kOk:
            raise BackendError(f"HiGHS refuses the option {name} = {value!r}")


def pass_programme(highs: Any, programme: Linear) -> None:
    """Hand the programme over; raises `BackendError` if HiGHS refuses it."""
    import highspy

    matrix = programme.matrix
    status = highs.passModel(
        matrix.shape[1],
        matrix.shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        programme.offset,
        programme.cost,
        programme.col_lower,
        programme.col_upper,
        programme.row_lower,
        programme.row_upper,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        programme.integral.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise BackendError("HiGHS refuses the model")


def pass_hint(highs: Any, hint: FloatArray) -> None:
    """Give a mixed-integer start; entries that are NaN are left to HiGHS."""
    known = np.flatnonzero(~np.isnan(hint)).astype(np.int32)
    highs.setSolution(len(known), known, hint[known])


def pass_basis(highs: Any, basis: Basis) -> None:
    """Give a basis to start from; raises `BackendError` if it does not fit the model."""
    import highspy

    native = highspy.HighsBasis()
    native.col_status = [highspy.HighsBasisStatus(int(code)) for code in basis.columns]
    native.row_status = [highspy.HighsBasisStatus(int(code)) for code in basis.rows]
    native.valid = True
    if highs.setBasis(native) != highspy.HighsStatus.kOk:
        raise BackendError("HiGHS refuses the basis")


def read_basis(highs: Any) -> Basis | None:
    """Return the final basis, if HiGHS ended at one."""
    native = highs.getBasis()
    if not native.valid:
        return None
    columns = np.array([int(code) for code in native.col_status], np.int8)
    return Basis(columns, np.array([int(code) for code in native.row_status], np.int8))


def read_claim(highs: Any, status: Status, stopped_by: StopReason | None, scaled: Linear) -> Claim:
    """Return the values, prices and bound that HiGHS holds."""
    solution = highs.getSolution()
    bound = float(highs.getInfo().mip_dual_bound)
    has_prices = solution.dual_valid and not scaled.is_mixed_integer
    return Claim(
        status=status,
        stopped_by=stopped_by,
        values=np.array(solution.col_value) if solution.value_valid else None,
        prices=np.array(solution.row_dual) if has_prices else None,
        bound=bound if np.isfinite(bound) else None,
    )


def listen(
    highs: Any,
    programme: Linear,
    scaling: Scaling,
    scaled: Linear,
    on_solution: OnSolution | None,
    on_bound: OnBound | None,
) -> None:
    """Pass better solutions and bounds on, in the unit of the original programme."""

    def bound_of(event: Any) -> float | None:
        bound = float(event.data_out.mip_dual_bound)
        return scaling.objective_out(bound) if np.isfinite(bound) else None

    def solution(event: Any) -> None:
        assert on_solution is not None
        checked = checked_values(np.array(event.data_out.mip_solution), scaled)
        if checked is not None:
            values = scaling.values_out(checked)
            on_solution(values, programme.objective(values), bound_of(event))

    def progress(event: Any) -> None:
        assert on_bound is not None
        bound = bound_of(event)
        if bound is not None:
            on_bound(bound)

    if on_solution is not None:
        highs.cbMipImprovingSolution += solution
    if on_bound is not None:
        highs.cbMipLogging += progress


def run_highs(highs: Any, run: Run, tail: LogTail) -> str:
    """Solve, asking at every iteration whether to stop; return the name of the model status."""
    import highspy

    def poll(event: Any) -> None:
        if run.stopping() is not None:
            event.interrupt()

    highs.cbSimplexInterrupt += poll
    highs.cbIpmInterrupt += poll
    highs.cbMipInterrupt += poll
    # The thread pool belongs to this thread and refuses any other number of threads than its own.
    highspy.Highs.resetGlobalScheduler(True)
    try:
        status = highs.run()
    finally:
        highspy.Highs.resetGlobalScheduler(True)
    if status == highspy.HighsStatus.kError:
        raise BackendError(f"HiGHS failed:\n{tail.text}")
    return str(highs.getModelStatus().name)
