"""Finds catalog entries: ours by file, others by the entry-point group `planner.problems`."""

import functools
import importlib
import pkgutil
from importlib.metadata import entry_points

from planner.catalog import entries
from planner.catalog.problem import Problem
from planner.models.base.errors import refuse

GROUP = "planner.problems"


@functools.cache
def problems() -> tuple[Problem, ...]:
    """Return every registered problem, our own first, each kind in alphabetical order.

    Raises `InputError` (`catalog-entry`) when an entry point is not a `Problem` or reuses a name.
    """
    found = {problem.name: problem for problem in _own()}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        problem = point.load()
        if not isinstance(problem, Problem) or problem.name in found:
            message = (
                f"the entry point `{point.name}` in `{GROUP}` is no new planner.catalog.Problem"
            )
            raise refuse("catalog-entry", message, f"Fix or uninstall `{point.value}`.")
        found[problem.name] = problem
    return tuple(found.values())


def names() -> tuple[str, ...]:
    """Return the names of all registered problems."""
    return tuple(problem.name for problem in problems())


def get(name: str) -> Problem:
    """Return one problem by name; raises `InputError` (`problem-unknown`) with the known names."""
    for problem in problems():
        if problem.name == name:
            return problem
    fix = f"Known problems: {', '.join(names())}."
    raise refuse("problem-unknown", f"there is no problem `{name}`", fix, path="problem")


def _own() -> list[Problem]:
    files = sorted(info.name for info in pkgutil.iter_modules(entries.__path__))
    return [importlib.import_module(f"{entries.__name__}.{name}").PROBLEM for name in files]
