"""Which of a set of demands contradict each other: a minimal conflicting set, by CP-SAT."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.solvers.contract import Run
from planner.solvers.engines.cpsat import solve_cpsat
from planner.solvers.engines.outcome import Status


@dataclass(frozen=True, slots=True)
class Conflict:
    """Demands that cannot all be met."""

    members: tuple[int, ...]
    """Positions in the list of demands; empty if the model is infeasible without any of them."""
    is_minimal: bool
    """Whether dropping any one member was shown to leave a model that can be met."""


def find_conflict(model: Any, demands: Sequence[Any], *, run: Run) -> Conflict | None:
    """Return a conflicting set of demands, as small as the time allows, or `None`.

    CP-SAT names a set that suffices; then each member is dropped in turn, and stays dropped if the
    rest still conflicts (deletion filter: Chinneck and Dravnieks 1991).

    Parameters
    ----------
    model
        A `cp_model.CpModel`; it is left unchanged, its objective is ignored.
    demands
        Boolean variables of the model, each of which enforces one demand
        (`model.add(...).only_enforce_if(demand)`).

    Returns
    -------
    Conflict or None
        `None` if all demands can be met together, or nothing was shown in time.
    """
    core = _core(model, demands, tuple(range(len(demands))), run)
    if core is None:
        return None
    needed: list[int] = []
    open_members = list(core)
    while open_members:
        if run.stopping() is not None:
            return Conflict(tuple(sorted(needed + open_members)), is_minimal=False)
        tried = open_members.pop()
        smaller = _core(model, demands, (*needed, *open_members), run)
        if smaller is None:
            needed.append(tried)
        else:
            open_members = [member for member in open_members if member in smaller]
    return Conflict(tuple(sorted(needed)), is_minimal=run.stopping() is None)


def _core(
    model: Any, demands: Sequence[Any], members: tuple[int, ...], run: Run
) -> tuple[int, ...] | None:
    """Return members that suffice for a conflict, or `None` if none was shown."""
    trial = model.clone()
    trial.clear_objective()
    trial.clear_assumptions()
    literals = [trial.get_bool_var_from_proto_index(demands[member].index) for member in members]
    trial.add_assumptions(literals)
    outcome = solve_cpsat(trial, run=run)
    if outcome.status is not Status.INFEASIBLE:
        return None
    core = set(outcome.core or ())
    found = zip(members, literals, strict=True)
    return tuple(member for member, literal in found if literal.index in core)
