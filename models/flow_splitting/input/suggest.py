"""Which node was meant by a name that stands for none."""

import difflib
import re
from collections.abc import Iterator

from planner.models.base.errors import Issue
from planner.models.topologies.naming import Naming

_TRIED = 2_000
"""Names compared at most; long lists of numbered names are covered by their number instead."""


def unknown_node(loc: tuple[str | int, ...], name: str, kind: str, *groups: Naming) -> Issue:
    """Return the fault of a name that is in none of the groups, with what was probably meant."""
    return Issue(
        code="unknown-node",
        loc=loc,
        message=f"there is no {kind} `{name}`",
        fix=suggest(name, *groups),
    )


def suggest(name: str, *groups: Naming) -> str:
    """Return how to mend an unknown name: the nearest known one, or what the names are."""
    tried = [candidate for names in groups for candidate in _candidates(name, names)]
    folded = {candidate.lower(): candidate for candidate in tried}
    near = difflib.get_close_matches(name.lower()[:200], list(folded), n=1, cutoff=0.7)
    if near:
        return f"Did you mean `{folded[near[0]]}`?"
    known = " and ".join(names.describe() for names in groups if len(names))
    return f"The names are {known}." if known else "Give the topology nodes first."


def _candidates(name: str, names: Naming) -> Iterator[str]:
    yield from names[:_TRIED]
    number = re.search(r"([0-9]+)$", name)
    if len(names) and number is not None:
        same_number = re.sub(r"[0-9]+$", "", names[0]) + str(int(number[1][-18:]))
        if names.find(same_number) is not None:
            yield same_number
