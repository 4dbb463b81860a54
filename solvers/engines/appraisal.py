"""From what a backend claims about a linear programme to an outcome that was checked."""

import logging
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import BackendError
from planner.solvers.contract import StopReason
from planner.solvers.engines.duality import dual_bound
from planner.solvers.engines.linear import Linear, violation
from planner.solvers.engines.outcome import Outcome, Status, grade, is_closed
from planner.solvers.engines.scaling import Scaling

log = logging.getLogger("planner.engines")

FEASIBLE = 1e-6
"""Largest violation, in the scaled programme, of values that count as a solution."""
_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a backend holds after its run, in terms of the scaled programme."""

    status: Status
    stopped_by: StopReason | None
    values: FloatArray | None
    prices: FloatArray | None
    """One per row; linear programmes only."""
    bound: float | None
    """Of the search tree; not used for linear programmes, whose bound is recomputed."""


def appraise(
    claim: Claim,
    programme: Linear,
    scaling: Scaling,
    scaled: Linear,
    *,
    gap: float,
    blank: Outcome,
) -> Outcome:
    """Return `blank` filled with the status, objective and bound that stand up to a check.

    Values that break a limit are dropped; a linear programme counts as optimal only if its row
    prices prove it. Raises `BackendError` where a bound excludes the backend's own solution.
    """
    values = checked_values(claim.values, scaled)
    bound = claim.bound
    if not programme.is_mixed_integer:
        bound = None if claim.prices is None else dual_bound(scaled, claim.prices, values)
    bound = None if bound is None else scaling.objective_out(bound)
    if values is None:
        return replace(blank, status=Status.UNKNOWN, stopped_by=claim.stopped_by, bound=bound)
    original = scaling.values_out(values)
    objective = programme.objective(original)
    noise = scaling.objective_out(_NOISE)
    if bound is not None and bound > objective:
        if not is_closed(objective, bound, FEASIBLE, noise):
            message = f"the bound {bound} excludes the backend's own solution of {objective}"
            raise BackendError(f"{blank.backend} contradicts itself: {message}")
        bound = objective
    status, reached = grade(claim.status, objective, bound, gap=gap, noise=noise)
    duals = None
    if not programme.is_mixed_integer and claim.prices is not None:
        duals = scaling.duals_out(claim.prices)
    return replace(
        blank,
        status=status,
        stopped_by=None if status is Status.OPTIMAL else claim.stopped_by or reached,
        objective=objective,
        bound=bound,
        values=original,
        duals=duals,
        reduced_costs=None if duals is None else programme.cost - programme.matrix.T @ duals,
    )


def checked_values(values: FloatArray | None, scaled: Linear) -> FloatArray | None:
    """Return the values, rounded where they are to be whole, if they keep every limit."""
    if values is None:
        return None
    whole = values.copy()
    whole[scaled.integral] = np.rint(whole[scaled.integral])
    for candidate in (whole, values):
        if violation(scaled, candidate) <= FEASIBLE:
            return candidate + 0.0  # no negative zeros
    log.debug("dropped values that break a limit by %g", violation(scaled, values))
    return None
