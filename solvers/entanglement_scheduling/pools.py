"""Which pools a search must watch, and what is held of each; the schedules stay the same."""

from collections.abc import Collection
from dataclasses import dataclass

from planner.solvers.entanglement_scheduling.jobs import Jobs, Segments, most_held

Held = dict[tuple[int, int], Segments]
"""(place of the job, place of the way) -> intervals on one pool."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool that can be short of qubits."""

    pool: int
    capacity: int
    held: Held


def scarce_pools(jobs: Jobs, busy: Collection[int] = ()) -> list[Pool]:
    """Return the pools on which jobs can collide, without those that follow from another.

    Pools in `busy` are held by others as well: they stay, as they are.

    On a pool of one qubit, a pause of a job too short for any interval of another is as good as
    held. A pool follows from another where all its intervals lie within those of the other.
    """
    found: dict[int, Held] = {}
    for place, job in enumerate(jobs.jobs):
        for option, way in enumerate(job.ways):
            for pool, spans in way.held:
                found.setdefault(pool, {})[place, option] = spans
    pools = []
    for pool, held in sorted(found.items()):
        capacity = jobs.capacity[pool]
        if pool in busy:
            pools.append(Pool(pool, capacity, held))
            continue
        if capacity == 1:
            held = _filled(held)
        if _most_at_once(held) > capacity:
            pools.append(Pool(pool, capacity, held))
    return _undominated(pools, busy)


def _most_at_once(held: Held) -> int:
    """Return the qubits that all jobs together hold at most, each in its greediest way."""
    peak: dict[int, int] = {}
    for (place, _), spans in held.items():
        peak[place] = max(peak.get(place, 0), most_held(spans))
    return sum(peak.values())


def _filled(held: Held) -> Held:
    """Return the intervals with the pauses closed that no other job fits into."""
    least: dict[int, int] = {}
    for (place, _), spans in held.items():
        shortest = min(end - begin for begin, end in spans)
        least[place] = min(least.get(place, shortest), shortest)
    fits = {
        place: min((size for other, size in least.items() if other != place), default=0)
        for place in least
    }
    return {(place, option): _closed(spans, fits[place]) for (place, option), spans in held.items()}


def _closed(spans: Segments, fits: int) -> Segments:
    closed = [spans[0]]
    for begin, end in spans[1:]:
        if 0 <= begin - closed[-1][1] < fits:
            closed[-1] = (closed[-1][0], end)
        else:
            closed.append((begin, end))
    return tuple(closed)


def _undominated(pools: list[Pool], busy: Collection[int]) -> list[Pool]:
    kept: list[Pool] = []
    for pool in sorted(pools, key=lambda each: -sum(map(_total, each.held.values()))):
        if pool.pool in busy or not any(_covers(other, pool) for other in kept):
            kept.append(pool)
    return sorted(kept, key=lambda each: each.pool)


def _total(spans: Segments) -> int:
    return sum(end - begin for begin, end in spans)


def _covers(large: Pool, small: Pool) -> bool:
    if large.capacity > 1 or small.capacity > 1:
        return False
    return all(
        key in large.held and all(_inside(span, large.held[key]) for span in spans)
        for key, spans in small.held.items()
    )


def _inside(span: tuple[int, int], spans: Segments) -> bool:
    return any(begin <= span[0] and span[1] <= end for begin, end in spans)
