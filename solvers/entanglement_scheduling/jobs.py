"""Demands as searches see them: merged shapes, whole-number values, and who is alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from planner.models.entanglement_scheduling.evaluation.worth import values
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View

Segments = tuple[tuple[int, int], ...]
"""Half-open intervals of slots from the start of a protocol, ascending."""

LARGEST = 10**12
"""Values are scaled to whole numbers whose sum stays below this."""


@dataclass(frozen=True, slots=True)
class Way:
    """One protocol that may serve a demand."""

    alternative: int
    """Its place in `view.shapes` of the demand."""
    length: int
    held: tuple[tuple[int, Segments], ...]
    """(pool, intervals), pools ascending; intervals of one pool may overlap where it holds more."""
    value: int
    """What admitting the demand in this way is worth, times `Jobs.scale`; a cost if minimised."""


@dataclass(frozen=True, slots=True)
class Job:
    """One demand."""

    demand: int
    """Its place in the instance."""
    period: int
    jitter: int | None
    mandatory: bool
    ways: tuple[Way, ...]

    @property
    def pools(self) -> set[int]:
        """Pools that it uses in any way."""
        return {pool for way in self.ways for pool, _ in way.held}


@dataclass(frozen=True, slots=True)
class Jobs:
    """The demands that can be served at all, and the unit of their values."""

    jobs: tuple[Job, ...]
    hyperperiod: int
    wraps: bool
    minimises: bool
    capacity: tuple[int, ...]
    """Qubits per pool."""
    scale: int
    """Whole-number value of one unit of the objective."""

    @property
    def repetitions(self) -> int:
        """How often protocols start within a hyperperiod if everything is admitted."""
        return sum(self.hyperperiod // job.period for job in self.jobs)

    def some(self, jobs: Sequence[Job]) -> "Jobs":
        """Return the same with these jobs alone."""
        return replace(self, jobs=tuple(jobs))


def jobs_of(view: View) -> Jobs:
    """Return the jobs of an instance: demands that some alternative fits.

    Values that are decimal fractions stay exact. Others are rounded away from zero where they are
    maximised and towards it where they are minimised, so that a bound stays one.
    """
    minimises = view.instance.objective == "latency"
    worths = values(view)
    scale = scale_of([float(each) for row in worths for each in row])
    rounded = math.floor if minimises else math.ceil
    capacity = view.capacity.tolist()
    jobs = tuple(
        Job(
            demand=place,
            period=want.period,
            jitter=want.jitter,
            mandatory=want.mandatory,
            ways=tuple(
                Way(a, shape.length, _held(shape), rounded(exact(worth) * scale))
                for a, (shape, worth) in enumerate(zip(shapes, row.tolist(), strict=True))
                if shape.length <= want.period and _fits(shape, capacity)
            ),
        )
        for place, (want, shapes, row) in enumerate(
            zip(view.demands, view.shapes, worths, strict=True)
        )
    )
    served = tuple(job for job in jobs if job.ways)
    return Jobs(served, view.hyperperiod, view.wraps, minimises, tuple(capacity), scale)


def exact(value: float) -> Fraction:
    """Return the decimal number that stands for a float."""
    return Fraction(repr(value))


def scale_of(values: Sequence[float]) -> int:
    """Return the factor that makes all values whole, or as large a one as their sum allows."""
    scale = math.lcm(1, *(exact(each).denominator for each in set(values)))
    # Floats would overflow beside a scale of hundreds of digits.
    if sum(abs(exact(each)) for each in values) * scale <= LARGEST:
        return scale
    total = sum(abs(each) for each in values)
    return int(10 ** max(0, math.floor(math.log10(LARGEST / max(total, 1e-12)))))


def _fits(shape: Shape, capacity: list[int]) -> bool:
    """Return whether one repetition alone keeps to the sizes of the pools."""
    return all(most_held(spans) <= capacity[pool] for pool, spans in _held(shape))


def most_held(spans: Segments) -> int:
    """Return the most intervals that share a slot."""
    level = most = 0
    for _, step in sorted([(b, 1) for b, _ in spans] + [(e, -1) for _, e in spans]):
        level += step
        most = max(most, level)
    return most


def _held(shape: Shape) -> tuple[tuple[int, Segments], ...]:
    """Return the intervals per pool; those that touch are one."""
    found = []
    for pool in np.unique(shape.pool).tolist():
        mine = shape.pool == pool
        spans = sorted(zip(shape.begin[mine].tolist(), shape.end[mine].tolist(), strict=True))
        found.append((pool, _merged(spans)))
    return tuple(found)


def _merged(spans: list[tuple[int, int]]) -> Segments:
    """Return the same occupation with intervals that follow one another joined."""
    merged: list[tuple[int, int]] = []
    for begin, end in spans:
        before = next((place for place, one in enumerate(merged) if one[1] == begin), None)
        if before is None:
            merged.append((begin, end))
        else:
            merged[before] = (merged[before][0], end)
    return tuple(sorted(merged))
