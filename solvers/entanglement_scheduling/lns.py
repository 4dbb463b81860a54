"""Large networks: plan again the demands that meet at one pool; everything else stays as it is.

Each round frees some demands of a pool that is short, and all or some that were refused there, and
lets CP-SAT put them into what the others leave. Rounds that are solved quickly get larger. Demands
of too many repetitions for that are taken out and inserted in another order.
"""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling.answers import (
    answer_for,
    serves,
    unqualified,
    worth_of,
)
from planner.solvers.entanglement_scheduling.greedy import Room, by_density, by_period
from planner.solvers.entanglement_scheduling.jobs import Job, Jobs, jobs_of
from planner.solvers.entanglement_scheduling.model import Busy, Starts, build
from planner.solvers.entanglement_scheduling.pools import Pool, scarce_pools
from planner.solvers.entanglement_scheduling.prices import Proof, first_proof

SECONDS = 10.0
"""Longest search of one round."""
FIRST, LEAST, MOST = 12, 6, 60
"""Demands freed in the first round, and limits of later ones."""
PATIENCE = 30
"""Rounds without a better schedule after which a run without a time limit ends."""
INTERVALS = 100_000
"""Most intervals of one round's model."""


def solve(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the best schedule of a local search, with the bound of prices."""
    view = instance.view
    proof = first_proof(view, run)
    if proof.infeasible:
        return Answer(infeasible=True, certificate=proof.certificate)
    search = Search(view, run, proof)
    search.begin()
    idle = 0
    while run.stopping() is None and not search.closed:
        patient = run.budget.time_limit is not None or idle < PATIENCE
        if search.exhausted or not search.pools or not patient:
            break
        idle = 0 if search.round() else idle + 1
    return answer_for(
        view,
        search.room.starts,
        unqualified(view, search.room.starts, proof, run),
        stopped_by=None if search.closed else run.stopping(),
        deterministic=False,
        backends=search.backends,
    )


class Search:
    """A schedule, and the rounds that make it better."""

    def __init__(self, view: View, run: Run, proof: Proof) -> None:
        self.view, self.run, self.proof = view, run, proof
        self.jobs = jobs_of(view)
        self.room = Room(view)
        self.pools = scarce_pools(self.jobs)
        self.size = FIRST
        self.exhausted = False
        self.backends: dict[str, str] = {}
        self._rng = run.rng("lns")
        self._turn = 0

    @property
    def closed(self) -> bool:
        """Whether nothing can be better."""
        if self.proof.bound is None or not serves(self.view, self.room.starts):
            return False
        worth = worth_of(self.view, self.room.starts)
        return abs(worth - self.proof.bound) <= self.run.budget.gap * abs(self.proof.bound)

    def begin(self) -> None:
        """Insert the demands one by one, in the best of some orders."""
        orders = [
            self._by_fraction(by_period(self.jobs.jobs)),
            by_density(self.jobs.jobs),
            self._by_fraction(by_density(self.jobs.jobs)),
        ]
        rooms = []
        for order in orders:
            room = Room(self.view)
            for job in order:
                if self.run.stopping() is not None:
                    break
                room.insert(job)
            rooms.append(room)
        sign = -1 if self.jobs.minimises else 1
        self.room = max(
            rooms,
            key=lambda room: (
                serves(self.view, room.starts),
                sign * worth_of(self.view, room.starts),
            ),
        )
        self._tell("insertion")

    def round(self) -> bool:
        """Plan some demands again; return whether the schedule became better."""
        from planner.solvers.engines.cpsat import solve_cpsat
        from planner.solvers.engines.outcome import Status

        order = self._order()
        chosen = self._chosen(order)
        if len(chosen) < min(LEAST, len(order)):
            return self._insert_again(order[: self.size])
        old = self._planned(chosen)
        for demand in old:
            self.room.remove(demand)
        part = self.jobs.some(chosen)
        built = build(part, busy=self._busy(part), conflicts=self.proof.cliques)
        built.hint(old)
        remaining = self.run.remaining()
        seconds = SECONDS if remaining is None else min(SECONDS, remaining)
        outcome = solve_cpsat(
            built.model, run=self.run, scale=part.scale, options={"max_time_in_seconds": seconds}
        )
        self.backends |= outcome.backends
        solved = outcome.status is Status.OPTIMAL
        self.exhausted = solved and len(chosen) == len(self.jobs.jobs)
        self.size = min(MOST, self.size + 4) if solved else max(LEAST, self.size - 2)
        new = old if outcome.values is None else built.starts(outcome.values)
        better = self._better(new, old)
        kept = old if better is None else new
        self._put(kept)
        if not self.room.is_nameable():
            for demand in kept:
                self.room.remove(demand)
            self._put(old)
            return False
        if better:
            self._tell("rounds")
        return bool(better)

    def _planned(self, jobs: list[Job]) -> Starts:
        starts = self.room.starts
        return {job.demand: starts[job.demand] for job in jobs if job.demand in starts}

    def _insert_again(self, places: list[int]) -> bool:
        """Take some demands out and insert them in this order, then all that are refused.

        For demands of so many repetitions that a model of a few of them would be too large.
        """
        free = [self.jobs.jobs[place] for place in places]
        for demand in (old := self._planned(free)):
            self.room.remove(demand)
        kept = set(self.room.starts)
        rest = [job for job in by_density(self.jobs.jobs) if job.demand not in kept]
        for job in (*free, *rest):
            if self.run.stopping() is None and job.demand not in self.room.starts:
                self.room.insert(job)
        new = {demand: at for demand, at in self.room.starts.items() if demand not in kept}
        better = self._better(new, old)
        if better is None or self.run.stopping() is not None:
            for demand in new:
                self.room.remove(demand)
            self._put(old)
        elif better:
            self._tell("insertion again")
        return bool(better)

    def _put(self, starts: Starts) -> None:
        for demand, (alternative, times) in starts.items():
            self.room.put(demand, alternative, times)

    def _better(self, new: Starts, old: Starts) -> bool | None:
        """Return whether some demands are planned better, `None` where they are planned worse."""
        sign = -1 if self.jobs.minimises else 1
        mandatory = [sum(self.view.demands[each].mandatory for each in one) for one in (new, old)]
        if mandatory[0] != mandatory[1]:
            return True if mandatory[0] > mandatory[1] else None
        gain = sign * (worth_of(self.view, new) - worth_of(self.view, old))
        if len(new) != len(old) and self.jobs.minimises:
            return True
        return None if gain < 0 else gain > 0

    def _by_fraction(self, order: list[Job]) -> list[Job]:
        """Return the jobs, those first that the linear programme admits in full."""
        taken: dict[int, float] = {}
        for (demand, _), value in self.proof.fractional.items():
            taken[demand] = taken.get(demand, 0.0) + value
        return sorted(order, key=lambda job: (not job.mandatory, -taken.get(job.demand, 0.0)))

    def _order(self) -> list[int]:
        """Return whom to plan again: in turn those of one pool, and those in the way of one."""
        self._turn += 1
        refused = [
            place for place, job in enumerate(self.jobs.jobs) if job.demand not in self.room.starts
        ]
        if self._turn % 2 and refused:
            return self._rivals(refused)
        return self._users(self.pools[int(self._rng.integers(len(self.pools)))])

    def _chosen(self, order: list[int]) -> list[Job]:
        """Return the first of an order, as many as a round takes and its model can hold."""
        chosen, intervals = list[Job](), 0
        for place in order[: self.size]:
            job = self.jobs.jobs[place]
            held = sum(len(spans) for way in job.ways for _, spans in way.held)
            intervals += held * (self.jobs.hyperperiod // job.period)
            if intervals > INTERVALS and chosen:
                break
            chosen.append(job)
        return sorted(chosen, key=lambda job: job.demand)

    def _users(self, pool: Pool) -> list[int]:
        """Return who uses a pool, in random order, then their neighbours."""
        places = sorted({place for place, _ in pool.held})
        order: list[int] = self._rng.permutation(places).tolist()
        near = {
            place
            for other in self.pools
            if any(each in places for each, _ in other.held)
            for place, _ in other.held
        }
        order += self._rng.permutation(sorted(near.difference(places))).tolist()
        return order

    def _rivals(self, refused: list[int]) -> list[int]:
        """Return one that is refused, and the others by how many pools they share with it."""
        first = int(self._rng.choice(refused))
        shared = np.zeros(len(self.jobs.jobs))
        for pool in self.pools:
            users = {place for place, _ in pool.held}
            if first in users:
                shared[sorted(users)] += 1
        shared += self._rng.random(len(shared))
        shared[first] = np.inf
        order: list[int] = np.argsort(-shared, kind="stable").tolist()
        return order

    def _busy(self, part: Jobs) -> Busy:
        """Return what the others hold of the pools that some jobs use."""
        used = {pool for job in part.jobs for pool in job.pools}
        found = {}
        for pool in sorted(used):
            spans = runs(self.view.capacity[pool] - self.room.free[pool])
            if spans:
                found[pool] = spans
        return found

    def _tell(self, phase: str) -> None:
        answer = answer_for(self.view, self.room.starts, self.proof)
        self.run.report(phase, answer=answer, bound=self.proof.bound)


def runs(level: IntArray) -> list[tuple[int, int, int]]:
    """Return the maximal intervals (begin, end, level) in which a level above zero stays."""
    edges = np.flatnonzero(np.diff(level)) + 1
    begin = np.append(0, edges).tolist()
    end = np.append(edges, len(level)).tolist()
    return [(b, e, int(level[b])) for b, e in zip(begin, end, strict=True) if level[b] > 0]
