"""From a result to the exit code of the process."""

from typing import TYPE_CHECKING

from planner.cli.failures import Exit

if TYPE_CHECKING:
    from planner.results.result import Result


def exit_code(found: "Result") -> Exit:
    """Return what a result means to the caller of the command."""
    if found.stopped_by == "interrupt":
        return Exit.INTERRUPTED
    if found.status == "infeasible":
        return Exit.INFEASIBLE
    if found.status == "violates_limits":
        return Exit.REFUTED
    return Exit.FINE if found.has_plan else Exit.STOPPED
