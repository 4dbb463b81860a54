"""Admission and starts as a constraint programme of CP-SAT.

Every repetition holds optional intervals: on a pool of one qubit they do not overlap, on a larger
one they stay below its size. Strictly periodic jobs have one phase; see `phases`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.entanglement_scheduling.jobs import Job, Jobs
from planner.solvers.entanglement_scheduling.phases import add_phases
from planner.solvers.entanglement_scheduling.pools import Pool, scarce_pools
from planner.solvers.entanglement_scheduling.symmetry import alike, exchanges

Starts = dict[int, tuple[int, tuple[int, ...]]]
"""Demand -> (alternative, first slot of each repetition)."""
Busy = Mapping[int, Sequence[tuple[int, int, int]]]
"""Pool -> (begin, end, qubits) held by others."""


@dataclass(frozen=True, slots=True)
class Built:
    """A model, and its variables that say what is admitted and when it starts."""

    model: Any
    jobs: Jobs
    admit: list[list[Any]]
    """Per job, the literal of each way."""
    start: list[list[Any]]
    """Per job, the start of each repetition; that of the first alone where it has a phase."""

    def starts(self, values: FloatArray) -> Starts:
        """Return what the values of all variables admit."""
        found: Starts = {}
        for job, admit, start in zip(self.jobs.jobs, self.admit, self.start, strict=True):
            chosen = [
                way
                for way, literal in zip(job.ways, admit, strict=True)
                if values[literal.index] > 0.5
            ]
            if chosen:
                times = np.rint([values[each.index] for each in start]).astype(np.int64)
                if len(times) == 1:
                    count = self.jobs.hyperperiod // job.period
                    times = times[0] + np.arange(count) * job.period
                found[job.demand] = (chosen[0].alternative, tuple(times.tolist()))
        return found

    def hint(self, starts: Starts, *, refuse: bool = True) -> None:
        """Begin the search at a schedule; demands that it leaves out are refused if so said."""
        for job, admit, start in zip(self.jobs.jobs, self.admit, self.start, strict=True):
            if job.demand not in starts and not refuse:
                continue
            alternative, times = starts.get(job.demand, (None, ()))
            for way, literal in zip(job.ways, admit, strict=True):
                self.model.add_hint(literal, way.alternative == alternative)
            for each, time in zip(start, times, strict=False):
                self.model.add_hint(each, time)


def build(
    jobs: Jobs,
    *,
    strict: bool = False,
    busy: Busy | None = None,
    conflicts: Sequence[Sequence[int]] = (),
) -> Built:
    """Return the model of all schedules.

    Parameters
    ----------
    strict
        Whether every job is strictly periodic.
    busy
        What is held within the hyperperiod by jobs that are not in the model.
    conflicts
        Demands of which at most one can be admitted.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    admit = [[model.new_bool_var("") for _ in job.ways] for job in jobs.jobs]
    start = [
        _add_starts(model, jobs, job, own, strict)
        for job, own in zip(jobs.jobs, admit, strict=True)
    ]
    built = Built(model, jobs, admit, start)
    for job, own in zip(jobs.jobs, admit, strict=True):
        if job.mandatory:
            model.add_exactly_one(own)
        else:
            model.add_at_most_one(own)
    place = {job.demand: place for place, job in enumerate(jobs.jobs)}
    for group in conflicts:
        members = [place[each] for each in group if each in place]
        if len(members) > 1:
            model.add_at_most_one([literal for each in members for literal in admit[each]])
    pools = scarce_pools(jobs, busy or {})
    for pool in pools:
        _add_room(built, pool)
    periodic = [len(own) == 1 for own in start]
    if all(periodic) and not busy:
        add_phases(built, [pool for pool in pools if pool.capacity == 1])
        pools = [pool for pool in pools if pool.capacity > 1]
    for pool in pools:
        _add_pool(built, pool, (busy or {}).get(pool.pool, ()))
    if not busy:
        _add_order(built)
    worth = sum(
        way.value * literal
        for job, own in zip(jobs.jobs, admit, strict=True)
        for way, literal in zip(job.ways, own, strict=True)
    )
    (model.minimize if jobs.minimises else model.maximize)(worth)
    return built


def _add_starts(model: Any, jobs: Jobs, job: Job, admit: list[Any], strict: bool) -> list[Any]:
    """Return the start of each repetition, or of the first, within its window."""
    count, period = jobs.hyperperiod // job.period, job.period
    slack = period - min(way.length for way in job.ways)
    if strict or job.jitter == 0 or count == 1:
        phase = model.new_int_var(0, period - 1 if jobs.wraps else slack, "")
        if not jobs.wraps:
            _add_ends(model, job, admit, [phase], 0)
        return [phase]
    release, last = 0, slack
    if jobs.wraps:
        release, last = model.new_int_var(0, period - 1, ""), slack + period - 1
    starts = [model.new_int_var(k * period, k * period + last, "") for k in range(count)]
    _add_ends(model, job, admit, starts, release)
    if jobs.wraps:
        for k, each in enumerate(starts):
            model.add(each - release >= k * period)
    if job.jitter is not None and job.jitter < slack:
        again = [*starts[1:], starts[0] + jobs.hyperperiod]
        for each, after in zip(starts, again, strict=True):
            model.add_linear_constraint(after - each, period - job.jitter, period + job.jitter)
    return starts


def _add_ends(model: Any, job: Job, admit: list[Any], starts: list[Any], release: Any) -> None:
    """End every repetition within its window, whichever way is chosen."""
    for way, literal in zip(job.ways, admit, strict=True):
        for k, each in enumerate(starts):
            last = (k + 1) * job.period - way.length
            if not isinstance(release, int) or each.proto.domain[1] > last:
                model.add(each - release <= last).only_enforce_if(literal)


def _add_room(built: Built, pool: Pool) -> None:
    """Bound the slots that all repetitions hold of a pool."""
    whole = pool.capacity * built.jobs.hyperperiod
    terms, most = [], 0
    for (place, option), held in pool.held.items():
        count = built.jobs.hyperperiod // built.jobs.jobs[place].period
        work = count * sum(end - begin for begin, end in held)
        terms.append(work * built.admit[place][option])
        most += work
    if most > whole:
        built.model.add(sum(terms) <= whole)


def _add_pool(built: Built, pool: Pool, busy: Sequence[tuple[int, int, int]]) -> None:
    """Keep the intervals of a pool within its size."""
    model, jobs = built.model, built.jobs
    spans: list[list[tuple[Any, int, Any]]] = []
    for (place, option), held in pool.held.items():
        job, literal = jobs.jobs[place], built.admit[place][option]
        first = built.start[place]
        for k in range(jobs.hyperperiod // job.period):
            base, offset = (first[0], k * job.period) if len(first) == 1 else (first[k], 0)
            latest = offset + base.proto.domain[1]
            for begin, end in held:
                copies = [(base + (offset + begin), end - begin, literal)]
                if jobs.wraps and latest + end > jobs.hyperperiod:
                    back = offset + begin - jobs.hyperperiod
                    copies.append((base + back, end - begin, literal))
                spans.append(copies)
    if jobs.wraps and pool.capacity > 1 and not busy:
        _add_qubits(model, spans, pool.capacity)
        return
    intervals = [
        model.new_optional_fixed_size_interval_var(begin, size, literal, "")
        for copies in spans
        for begin, size, literal in copies
    ]
    fixed = [model.new_fixed_size_interval_var(b, e - b, "") for b, e, _ in busy]
    if pool.capacity == 1:
        model.add_no_overlap([*intervals, *fixed])
    else:
        levels = [1] * len(intervals) + [level for _, _, level in busy]
        model.add_cumulative([*intervals, *fixed], levels, pool.capacity)


def _add_qubits(model: Any, spans: Any, capacity: int) -> None:
    """Name the qubit of each interval: on a circle, counting them is not enough."""
    lanes: list[list[Any]] = [[] for _ in range(capacity)]
    for copies in spans:
        chosen = [model.new_bool_var("") for _ in lanes]
        model.add(sum(chosen) == copies[0][2])
        for lane, literal in zip(lanes, chosen, strict=True):
            lane += [
                model.new_optional_fixed_size_interval_var(begin, size, literal, "")
                for begin, size, _ in copies
            ]
    for lane in lanes:
        model.add_no_overlap(lane)


def _add_order(built: Built) -> None:
    """Look at one of the schedules that differ in who of several alike demands is who."""
    model, jobs = built.model, built.jobs
    pools = scarce_pools(jobs)
    for first, second in alike(jobs, pools):
        before, after = sum(built.admit[first]), sum(built.admit[second])
        model.add(before >= after)
        for literal in built.admit[second]:
            model.add(built.start[first][0] <= built.start[second][0]).only_enforce_if(literal)
    for each in exchanges(jobs, pools):
        share = sum(share * built.admit[other][0] for other, share in each.others)
        model.add(share >= each.least).only_enforce_if(built.admit[each.job][0])
