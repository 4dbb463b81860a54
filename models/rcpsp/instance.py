"""The instance of resource-constrained project scheduling: activities, resources and time lags."""

import functools
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.base.record import Name, Record
from planner.models.rcpsp.view import View, compile_view

LONGEST = 1_000_000
"""Periods; the longest duration and the longest lag."""

Periods = Annotated[int, Field(strict=True, ge=0, le=LONGEST)]
"""A duration in whole periods."""
Lag = Annotated[int, Field(strict=True, ge=-LONGEST, le=LONGEST)]
"""A difference of two starts in whole periods."""
Units = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
"""An amount of a resource."""


class Resource(Record):
    """A renewable resource: as many units in every period."""

    name: Name
    capacity: Units
    """Units that activities may hold at the same time."""


class Activity(Record):
    """Something that runs once, without interruption."""

    name: Name
    duration: Periods
    """How long it runs; an activity of no duration is a milestone and holds nothing."""
    demand: Mapping[Name, Units] = {}
    """Units of each resource that it holds while it runs."""
    successors: tuple[Name, ...] = ()
    """Activities that may start no earlier than this one ends."""


class TimeLag(Record):
    """The least and the most periods from the start of one activity to that of another."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    min: Lag | None = None
    """The target starts at least this long after the source starts."""
    max: Lag | None = None
    """The target starts at most this long after the source starts."""


class Rcpsp(Instance):
    """Start every activity so that the last one ends earliest.

    The objective is the makespan, the end of the last activity, in periods. Time begins at 0.
    """

    problem: Literal["rcpsp"]
    schema_version: Literal[1]
    resources: Annotated[tuple[Resource, ...], Field(max_length=100)] = ()
    activities: Annotated[tuple[Activity, ...], Field(min_length=1, max_length=10_000)]
    time_lags: Annotated[tuple[TimeLag, ...], Field(max_length=100_000)] = ()

    @functools.cached_property
    def view(self) -> View:
        """Everything as arrays."""
        return compile_view(self)

    def summary(self) -> str:
        """Return one line that counts activities, resources and lags."""
        successors = sum(len(activity.successors) for activity in self.activities)
        return (
            f"{len(self.activities)} activities, {len(self.resources)} resources, "
            f"{successors} precedences, {len(self.time_lags)} time lags"
        )

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults that concern several entities; see `faults`."""
        from planner.models.rcpsp.faults import find_faults

        yield from find_faults(self)
