"""Finds catalog entries: ours by file, others by the entry-point group `planner.problems`."""

import functools
import importlib
import logging
import pkgutil
from importlib.metadata import entry_points

from planner.catalog import entries
from planner.catalog.points import add_entries
from planner.catalog.problem import Problem
from planner.models.base.errors import refuse

GROUP = "planner.problems"

log = logging.getLogger(__name__)


@functools.cache
def problems() -> tuple[Problem, ...]:
    """Return every registered problem, our own first, each kind in alphabetical order.

    An entry point that cannot be loaded, is no `Problem` or reuses a name is left out, with a
    warning in the log that names its package.
    """
    found, faults = _registered()
    for fault in faults.values():
        log.warning("left out: %s", fault)
    return found


def names() -> tuple[str, ...]:
    """Return the names of all registered problems."""
    return tuple(problem.name for problem in problems())


def broken() -> dict[str, str]:
    """Return what is wrong with each entry point that is left out, by its name."""
    return _registered()[1]


def get(name: str) -> Problem:
    """Return one problem by name.

    Raises `InputError`: `problem-unknown` with the known names, and `catalog-entry` for a problem
    whose entry point is broken.
    """
    for problem in problems():
        if problem.name == name:
            return problem
    if name in broken():
        fix = "Mend or uninstall the package."
        raise refuse("catalog-entry", broken()[name], fix, path="problem")
    fix = f"Known problems: {', '.join(names())}."
    raise refuse("problem-unknown", f"there is no problem `{name}`", fix, path="problem")


def _registered() -> tuple[tuple[Problem, ...], dict[str, str]]:
    """Return the problems, and what is wrong with each broken entry point, by its name."""
    found = {problem.name: problem for problem in _own()}
    faults = add_entries(entry_points(group=GROUP), Problem, found)
    return tuple(found.values()), faults


def _own() -> list[Problem]:
    files = sorted(info.name for info in pkgutil.iter_modules(entries.__path__))
    return [importlib.import_module(f"{entries.__name__}.{name}").PROBLEM for name in files]
