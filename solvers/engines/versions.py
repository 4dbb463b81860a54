"""Which versions of the solver libraries are installed, without importing any of them."""

import functools
import re
from importlib import metadata

from planner.models.base.errors import BackendError

PINS: dict[str, tuple[str, str]] = {
    "cvxpy": ("1.8", "1.9.2"),
    "highspy": ("1.12", "1.14"),
    "ortools": ("9.14", "9.16"),
    "pulp": ("3.3", "4"),
}
"""From (included) and to (excluded); outside of it are wrong optima and crashes."""

BACKENDS: dict[str, tuple[str, ...]] = {
    "highs": ("highspy",),
    "cbc": ("pulp",),
    "cpsat": ("ortools",),
    "clarabel": ("cvxpy", "clarabel"),
    "scs": ("cvxpy", "scs"),
}
"""The distributions that each backend needs."""


def installed() -> dict[str, str]:
    """Return the version of every solver library that is installed, by distribution."""
    names = sorted({name for needed in BACKENDS.values() for name in needed})
    found = {name: _version(name) for name in names}
    return {name: version for name, version in found.items() if version is not None}


def require(backend: str) -> dict[str, str]:
    """Return the versions of the libraries behind a backend, by distribution.

    Raises `BackendError` if one is missing or outside the range whose answers can be trusted.
    """
    return {name: _checked(name) for name in BACKENDS[backend]}


def is_trusted(distribution: str, version: str) -> bool:
    """Return whether a version lies within the pins of its distribution."""
    if distribution not in PINS:
        return True
    low, high = PINS[distribution]
    return _numbers(low) <= _numbers(version) < _numbers(high)


def _checked(name: str) -> str:
    version = _version(name)
    wanted = name + ">={},<{}".format(*PINS[name]) if name in PINS else name
    fix = f'Install it with `pip install "{wanted}"`.'
    if version is None:
        raise BackendError(f"{name} is not installed. {fix}")
    if not is_trusted(name, version):
        raise BackendError(f"{name} {version} is not trusted to give right answers. {fix}")
    return version


@functools.cache
def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version; 1.14.0rc1 counts as 1.14.0."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
