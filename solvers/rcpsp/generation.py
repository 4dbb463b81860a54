"""Schedule generation schemes: from priorities to a schedule that keeps lags and capacities.

Serial: the most urgent activity whose predecessors are placed starts as early as it can.
Parallel: time goes on, and at each decision the most urgent ones that fit start (Kolisch 1996).
Needs a lag graph without cycles.
"""

import heapq
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.rcpsp.view import View


@dataclass(frozen=True)
class Network:
    """What generation reads: durations, demands, capacities and the arcs at each activity."""

    duration: list[int]
    demand: IntArray
    capacity: IntArray
    incoming: list[list[tuple[int, int]]]
    """Per activity: (predecessor, weight)."""
    outgoing: list[list[int]]


def network(view: View) -> Network:
    """Return the network of an instance."""
    return _network(view, view.arcs)


def mirrored(view: View) -> Network:
    """Return the network of the same project run backwards.

    With S' = T - S - d the arc S_j - S_i >= w becomes S'_i - S'_j >= w + d_j - d_i.
    """
    source, target, weight = view.arcs.T
    turned = weight + view.duration[target] - view.duration[source]
    return _network(view, np.stack([target, source, turned], axis=1))


def _network(view: View, arcs: IntArray) -> Network:
    incoming: list[list[tuple[int, int]]] = [[] for _ in view.names]
    outgoing: list[list[int]] = [[] for _ in view.names]
    for source, target, weight in arcs.tolist():
        incoming[target].append((source, weight))
        outgoing[source].append(target)
    demand = np.where(view.duration[:, None] > 0, view.demand, 0)
    return Network(view.duration.tolist(), demand, view.capacity, incoming, outgoing)


def has_cycle(view: View) -> bool:
    """Return whether some lags lead round in a circle, as maximum lags do."""
    incoming = np.bincount(view.arcs[:, 1], minlength=view.activities).tolist()
    outgoing = network(view).outgoing
    ready = [node for node, count in enumerate(incoming) if count == 0]
    done = 0
    while ready:
        done += 1
        for node in outgoing[ready.pop()]:
            incoming[node] -= 1
            if incoming[node] == 0:
                ready.append(node)
    return done < view.activities


class Profile:
    """Units held over time, as steps; the last step never ends."""

    def __init__(self, capacity: IntArray) -> None:
        self.capacity = capacity
        self.times = np.zeros(1, np.int64)
        self.held = np.zeros((1, len(capacity)), np.int64)

    def earliest(self, start: int, duration: int, demand: IntArray) -> int:
        """Return the first time from `start` on at which the demand fits for the duration."""
        if duration == 0 or not demand.any():
            return start
        first = int(np.searchsorted(self.times, start, side="right")) - 1
        room = self.capacity - demand
        for step in first + np.flatnonzero((self.held[first:] > room).any(axis=1)):
            if self.times[step] >= start + duration:
                break
            # The step ends, for the last one holds nothing.
            start = max(start, int(self.times[step + 1]))
        return start

    def hold(self, start: int, duration: int, demand: IntArray) -> None:
        """Take the demand from `start` on for the duration."""
        if duration and demand.any():
            first, last = self._cut(start), self._cut(start + duration)
            self.held[first:last] += demand

    def _cut(self, time: int) -> int:
        """Return the step that begins at `time`, made if need be."""
        place = int(np.searchsorted(self.times, time))
        if place == len(self.times) or self.times[place] != time:
            self.times = np.insert(self.times, place, time)
            self.held = np.insert(self.held, place, self.held[place - 1], axis=0)
        return place


def serial(project: Network, priority: FloatArray) -> IntArray:
    """Return the starts (n,) of the serial scheme; the lowest priority value goes first."""
    profile = Profile(project.capacity)
    start = np.zeros(len(project.duration), np.int64)
    waiting = [len(arcs) for arcs in project.incoming]
    ready = [(float(priority[node]), node) for node, count in enumerate(waiting) if count == 0]
    heapq.heapify(ready)
    while ready:
        _, node = heapq.heappop(ready)
        earliest = _ready_at(project, start, node)
        start[node] = profile.earliest(earliest, project.duration[node], project.demand[node])
        profile.hold(int(start[node]), project.duration[node], project.demand[node])
        for after in project.outgoing[node]:
            waiting[after] -= 1
            if waiting[after] == 0:
                heapq.heappush(ready, (float(priority[after]), after))
    return start


def parallel(project: Network, priority: FloatArray) -> IntArray:
    """Return the starts (n,) of the parallel scheme; the lowest priority value goes first."""
    profile = Profile(project.capacity)
    start = np.zeros(len(project.duration), np.int64)
    waiting = [len(arcs) for arcs in project.incoming]
    ready = {node: 0 for node, count in enumerate(waiting) if count == 0}
    now = 0
    while ready:
        due = [node for node, at in ready.items() if at <= now]
        for node in sorted(due, key=lambda each: (priority[each], each)):
            span, demand = project.duration[node], project.demand[node]
            if profile.earliest(now, span, demand) > now:
                continue
            start[node] = now
            profile.hold(now, span, demand)
            del ready[node]
            for after in project.outgoing[node]:
                waiting[after] -= 1
                if waiting[after] == 0:
                    ready[after] = _ready_at(project, start, after)
        if not any(at <= now and node not in due for node, at in ready.items()) and ready:
            now = _next(profile, ready, now)
    return start


def _ready_at(project: Network, start: IntArray, node: int) -> int:
    earliest = (int(start[before]) + weight for before, weight in project.incoming[node])
    return max(0, max(earliest, default=0))


def _next(profile: Profile, ready: dict[int, int], now: int) -> int:
    """Return the next time at which an activity becomes ready or units are freed."""
    place = int(np.searchsorted(profile.times, now, side="right"))
    ahead = [at for at in ready.values() if at > now]
    if place < len(profile.times):
        ahead.append(int(profile.times[place]))
    return min(ahead)
