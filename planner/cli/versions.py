"""The versions of the planner, of Python and of every library that takes part, for bug reports."""

import platform
import re
from importlib.metadata import PackageNotFoundError, requires, version

DISTRIBUTION = "topoplan"
BROUGHT_ALONG = ("clarabel", "scs")
"""Solvers that come with cvxpy."""


def own_version() -> str:
    """Return the version of the planner."""
    return version(DISTRIBUTION)


def all_versions() -> dict[str, str]:
    """Return name -> version of the planner, Python, the platform and every dependency."""
    needed = [line for line in requires(DISTRIBUTION) or () if "extra ==" not in line]
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed]
    found = {
        "planner": own_version(),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    for name in sorted({*names, *BROUGHT_ALONG}, key=str.lower):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
