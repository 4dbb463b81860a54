"""Cleans pydantic's error list: paths as the user wrote them, and one entry per fault."""

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.loading.limits import FINDINGS
from planner.loading.paths import Path
from planner.loading.schema import Kind, fitting
from planner.loading.tree import at, has, inside
from planner.loading.words import nearest

_MOST = 10 * FINDINGS


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in pydantic's terms but at the user's own path."""

    type: str
    path: Path
    message: str
    context: Mapping[str, Any] = field(default_factory=dict)
    at_key: bool = False
    """Whether the key is wrong rather than its value."""
    branches: tuple[tuple[Path, str], ...] = ()
    """The unions on the way: where, and the label of the member that was tried."""


def collect(error: ValidationError, model: type[BaseModel], data: object) -> list[Fault]:
    """Return the faults of a validation error, those of one member of each union."""
    entries = error.errors(include_url=False)[:_MOST]
    found = [_clean(entry, model, data) for entry in entries]
    depth = 0
    while any(len(fault.branches) > depth for fault in found):
        found = _one_branch(found, depth)
        depth += 1
    return found


def _clean(entry: Any, model: type[BaseModel], data: object) -> Fault:
    """Drop what pydantic adds to the path: labels of union members and `[key]`."""
    loc: tuple[str | int, ...] = entry["loc"]
    kinds: Sequence[Kind] = (Kind(model),)
    here, path, branches = data, (), ()  # type: Any, Path, tuple[tuple[Path, str], ...]
    for position, step in enumerate(loc):
        labelled = [kind for kind in kinds if step in kind.labels] if len(kinds) > 1 else []
        is_last = position == len(loc) - 1
        if labelled:
            kinds = labelled
            branches = (*branches, (path, str(step)))
        elif has(here, step) or (is_last and entry["type"] == "missing"):
            kinds = [child for kind in fitting(kinds, here) for child in kind.child(step)]
            path, here = (*path, step), inside(here, step)
        elif step != "[key]":
            branches = (*branches, (path, str(step)))
    return Fault(
        type=entry["type"],
        path=path,
        message=entry["msg"],
        context=entry.get("ctx") or {},
        at_key=loc[-1:] == ("[key]",) or entry["type"] == "extra_forbidden",
        branches=branches,
    )


def _one_branch(found: list[Fault], depth: int) -> list[Fault]:
    """Keep, of every union at one depth, the member that comes closest to the data."""
    unions: dict[Path, dict[str, list[Fault]]] = defaultdict(lambda: defaultdict(list))
    for fault in found:
        if len(fault.branches) > depth:
            where, label = fault.branches[depth]
            unions[where][label].append(fault)
    kept = {
        id(fault)
        for where, members in unions.items()
        for fault in min(members.values(), key=functools.partial(_distance, where))
    }
    return [fault for fault in found if len(fault.branches) <= depth or id(fault) in kept]


def _distance(where: Path, faults: list[Fault]) -> tuple[bool, int]:
    """Rank the members of a union: those that want a value of another shape come last."""
    is_other = any(
        fault.path == where and fault.type.endswith(("_type", "_parsing")) for fault in faults
    )
    return is_other, len(faults)


def without_echoes(found: list[Fault], data: object) -> list[Fault]:
    """Leave out what other faults already say.

    A key is missing because an unknown key beside it misspells it; a list is too short because
    pydantic does not count its faulty entries.
    """
    unknown: dict[Path, list[str]] = defaultdict(list)
    for fault in found:
        if fault.type == "extra_forbidden" and isinstance(at(data, fault.path[:-1]), dict):
            unknown[fault.path[:-1]].append(str(fault.path[-1]))
    return [fault for fault in found if not _is_echo(fault, unknown, data)]


def _is_echo(fault: Fault, unknown: Mapping[Path, list[str]], data: object) -> bool:
    if fault.type == "missing":
        return nearest(str(fault.path[-1]), unknown.get(fault.path[:-1], ())) is not None
    if fault.type == "too_short":
        value = at(data, fault.path)
        return isinstance(value, list) and len(value) >= fault.context.get("min_length", 0)
    return False
