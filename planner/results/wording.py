"""How a claim that holds for one class of plans only is put into words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.results.records import Status


def plans_with(scope: str | None) -> str:
    """Return the plans that a claim speaks of: `plans with offered protocols`, or `plans`."""
    return "plans" if scope is None else f"plans with {scope}"


def no_plan(scope: str | None) -> str:
    """Return `no plan`, or `no plan with offered protocols`."""
    return "no plan" if scope is None else f"no plan with {scope}"


def optimal_plan(scope: str | None) -> str:
    """Return `an optimal plan`, or `a plan, optimal among those with offered protocols,`."""
    if scope is None:
        return "an optimal plan"
    return f"a plan, optimal among those with {scope},"


def status_words(status: "Status", scope: str | None) -> str:
    """Return a status in words, with the class of plans that `optimal` or `infeasible` means."""
    if scope is not None and status == "optimal":
        return f"optimal among {plans_with(scope)}"
    if scope is not None and status == "infeasible":
        return f"infeasible, {no_plan(scope)}"
    return status.replace("_", " ")


def source_words(words: str, scope: str | None) -> str:
    """Return who vouches for a bound, with the class of plans that the bound speaks of."""
    return words if scope is None else f"{words}; for {plans_with(scope)}"
