"""Demands that can stand in for one another: one schedule of each kind is enough to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from planner.solvers.entanglement_scheduling.jobs import Jobs
from planner.solvers.entanglement_scheduling.pools import Pool

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A job that others, whose periods are multiples of its own, may replace at no loss.

    Some best schedule that admits `job` leaves fewer than `job`'s share of the others out: `others`
    hold (place, share) and at least `least` of their shares are admitted.
    """

    job: int
    others: tuple[tuple[int, int], ...]
    least: int


def alike(jobs: Jobs, pools: list[Pool]) -> Iterator[tuple[int, int]]:
    """Yield places of jobs that differ in nothing that counts, in chains of pairs."""
    shapes = _shapes(jobs, pools)
    for group in _groups(
        jobs,
        lambda place: (
            *shapes[place],
            jobs.jobs[place].period,
            tuple(way.value for way in jobs.jobs[place].ways),
        ),
    ):
        yield from pairwise(group)


def exchanges(jobs: Jobs, pools: list[Pool]) -> Iterator[Exchange]:
    """Yield jobs that repetitions of longer periods may replace.

    Jobs of one shape whose periods divide one another: the repetitions of any set with the same
    number of repetitions in all can take the place of those of the shorter period, one by one.
    Starting again with the new schedule ends, because every exchange admits more jobs.
    """
    shapes = _shapes(jobs, pools)
    free = [
        place
        for place, job in enumerate(jobs.jobs)
        if len(job.ways) == 1 and not job.mandatory and job.jitter in (None, 0)
    ]
    for group in _groups(jobs, lambda place: shapes[place]):
        mine = [place for place in group if place in set(free)]
        for place in mine:
            found = _exchange(jobs, place, mine)
            if found is not None:
                yield found


def _exchange(jobs: Jobs, place: int, group: list[int]) -> Exchange | None:
    job, count = jobs.jobs[place], jobs.hyperperiod // jobs.jobs[place].period
    others, last = [], count
    for other in sorted(group, key=lambda each: jobs.jobs[each].period):
        rival = jobs.jobs[other]
        share = jobs.hyperperiod // rival.period
        worthy = rival.ways[0].value * count >= job.ways[0].value * share
        # Shares that divide one another add up to the count exactly as soon as they reach it.
        if share < count and last % share == 0 and worthy:
            others.append((other, share))
            last = share
    total = sum(share for _, share in others)
    least = total - (count - last)
    return Exchange(place, tuple(others), least) if others and least > 0 else None


def _shapes(jobs: Jobs, pools: list[Pool]) -> list[Key]:
    """Return what a job holds of pools that can run short, and its limits."""
    held: list[dict[int, list[object]]] = [{} for _ in jobs.jobs]
    for pool in pools:
        for (place, option), spans in pool.held.items():
            held[place].setdefault(option, []).append((pool.pool, spans))
    return [
        (
            job.jitter,
            job.mandatory,
            tuple(
                (way.length, tuple(held[place].get(option, ())))
                for option, way in enumerate(job.ways)
            ),
        )
        for place, job in enumerate(jobs.jobs)
    ]


def _groups(jobs: Jobs, key: Callable[[int], Key]) -> Iterator[list[int]]:
    found: dict[Key, list[int]] = {}
    for place in range(len(jobs.jobs)):
        found.setdefault(key(place), []).append(place)
    yield from (group for group in found.values() if len(group) > 1)
