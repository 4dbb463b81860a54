"""`problems`, `methods` and `new`: what can be planned, how, and where to begin."""

from pathlib import Path

from planner.catalog import Problem, get
from planner.catalog import problems as _problems
from planner.models.base.errors import refuse
from planner.solvers.contract import Method


def problems() -> tuple[Problem, ...]:
    """Return every registered problem."""
    return _problems()


def methods(problem: str) -> tuple[Method, ...]:
    """Return the methods of a problem, by its name; raises `InputError` (`problem-unknown`)."""
    found: tuple[Method, ...] = get(problem).solver_room().METHODS
    return found


def new(problem: str, path: str | Path | None = None) -> str:
    """Return a commented instance to begin with; with `path`, also write it to a new file.

    Raises `InputError` (`problem-unknown`; `file-exists` if there is such a file).
    """
    text = get(problem).template()
    if path is not None:
        try:
            with Path(path).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            message = f"`{path}` exists already"
            raise refuse("file-exists", message, "Choose another name.") from None
        except OSError as error:
            message = f"`{path}` cannot be written: {error.strerror}"
            raise refuse("file-unwritable", message, "Choose another place.") from None
    return text
