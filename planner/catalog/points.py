"""Entry points of other packages: what is of use, and what is wrong with the others."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint
from typing import Protocol, TypeVar


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Kind = TypeVar("Kind", bound=_Named)


def add_entries(
    points: Iterable[EntryPoint], kind: type[Kind], found: dict[str, Kind]
) -> dict[str, str]:
    """Load entry points into `found`, in alphabetical order.

    Returns what is wrong with each that cannot be loaded, is not of the kind or reuses a name; the
    message names its package.
    """
    faults: dict[str, str] = {}
    for point in sorted(points, key=lambda point: point.name):
        try:
            loaded = point.load()
        # Importing a package of somebody else may raise anything.
        except (Exception, SystemExit) as error:
            fault = f"cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})"
        else:
            if isinstance(loaded, kind) and loaded.name not in found:
                found[loaded.name] = loaded
                continue
            fault = f"is no new planner {kind.__name__}"
        package = point.dist.name if point.dist is not None else point.value
        faults[point.name] = f"the entry point `{point.name}` of the package `{package}` {fault}"
    return faults
