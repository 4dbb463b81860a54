"""Faults of an instance that concern more than one entity."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from planner.models.base.errors import Issue

if TYPE_CHECKING:
    from planner.models.rcpsp.instance import Rcpsp, TimeLag

Loc = tuple[str | int, ...]


def find_faults(instance: "Rcpsp") -> Iterator[Issue]:
    """Yield repeated names, references that lead nowhere and lags that say nothing."""
    activities = [activity.name for activity in instance.activities]
    resources = [resource.name for resource in instance.resources]
    yield from _repeated("activities", activities)
    yield from _repeated("resources", resources)
    known, holdable = set(activities), set(resources)
    for place, activity in enumerate(instance.activities):
        loc: Loc = ("activities", place)
        for resource in activity.demand:
            if resource not in holdable:
                yield _unknown("resource", (*loc, "demand", resource), resource, resources)
        for number, name in enumerate(activity.successors):
            at = (*loc, "successors", number)
            if name == activity.name:
                yield _own(at, name)
            elif name not in known:
                yield _unknown("activity", at, name, activities)
    for place, lag in enumerate(instance.time_lags):
        yield from _lag_faults(place, lag, known, activities)


def _lag_faults(
    place: int, lag: "TimeLag", known: set[str], activities: Sequence[str]
) -> Iterator[Issue]:
    loc: Loc = ("time_lags", place)
    for field, name in (("from", lag.source), ("to", lag.target)):
        if name not in known:
            yield _unknown("activity", (*loc, field), name, activities)
    if lag.source == lag.target:
        yield _own((*loc, "to"), lag.target)
    if lag.min is None and lag.max is None:
        message = f"the lag from `{lag.source}` to `{lag.target}` has neither `min` nor `max`"
        yield Issue(code="lag-empty", loc=loc, message=message, fix="Give at least one of the two.")
    elif lag.min is not None and lag.max is not None and lag.min > lag.max:
        message = f"`min` {lag.min} is above `max` {lag.max}"
        yield Issue(
            code="lags-crossed", loc=loc, message=message, fix="Lower `min` or raise `max`."
        )


def _repeated(field: str, names: Sequence[str]) -> Iterator[Issue]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            yield Issue(
                code="name-repeated",
                loc=(field, place, "name"),
                message=f"`{name}` is the name of two of the {field}",
                fix="Give each a name of its own.",
            )
        seen.add(name)


def _unknown(kind: str, loc: Loc, name: str, known: Sequence[str]) -> Issue:
    shown = ", ".join(f"`{each}`" for each in known[:8]) + (", ..." if len(known) > 8 else "")
    return Issue(
        code="unknown-resource" if kind == "resource" else "unknown-activity",
        loc=loc,
        message=f"there is no {kind} `{name}`",
        fix=f"Take one of {shown}." if known else f"Describe it under `{kind}s`.",
    )


def _own(loc: Loc, name: str) -> Issue:
    return Issue(
        code="self-lag",
        loc=loc,
        message=f"`{name}` is related to itself",
        fix="Name two activities, or remove it.",
    )
