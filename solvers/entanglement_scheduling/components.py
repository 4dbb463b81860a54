"""Demands that share no scarce pool, directly or through others, are planned by themselves."""

import math
from dataclasses import replace

from planner.solvers.entanglement_scheduling.jobs import Jobs
from planner.solvers.entanglement_scheduling.pools import scarce_pools


def components(jobs: Jobs) -> list[Jobs]:
    """Return the parts of the graph of jobs and scarce pools, the smallest first.

    A part repeats after the least common multiple of its own periods. That loses nothing where
    windows do not lie on a circle and no jitter reaches over the border: the first such stretch of
    any schedule, repeated, is one too. Strictly periodic jobs meet at the same phases either way.
    """
    group = list(range(len(jobs.jobs)))

    def root(place: int) -> int:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    for pool in scarce_pools(jobs):
        places = [place for place, _ in pool.held]
        for place in places[1:]:
            group[root(place)] = root(places[0])
    found: dict[int, list[int]] = {}
    for place in range(len(jobs.jobs)):
        found.setdefault(root(place), []).append(place)
    parts = [_shortened(jobs.some([jobs.jobs[place] for place in each])) for each in found.values()]
    return sorted(parts, key=lambda part: part.repetitions)


def _shortened(part: Jobs) -> Jobs:
    periodic = all(job.jitter == 0 for job in part.jobs)
    plain = not part.wraps and all(job.jitter in (None, 0) for job in part.jobs)
    if not periodic and not plain:
        return part
    return replace(part, hyperperiod=math.lcm(*(job.period for job in part.jobs)))
