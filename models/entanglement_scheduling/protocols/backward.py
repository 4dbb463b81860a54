"""Maps a tree from its end backwards: every operation as late as what uses it allows.

Going backwards, when a generation is placed it is known until when each of its halves is held.
Time is counted here in slots before the end of the protocol.
"""

from dataclasses import dataclass
from typing import Literal

from planner.models.entanglement_scheduling.protocols.chain import Chain
from planner.models.entanglement_scheduling.protocols.placing import Placing
from planner.models.entanglement_scheduling.protocols.tree import Task, Tree, lay_out

Order = Literal["short", "long", "left", "right"]
"""Which of two inputs is placed first, thus last in time."""
ORDERS: tuple[Order, ...] = ("short", "long", "left", "right")
TRIALS = 40
"""Placements of operations before a tree is given up, and this many for each of them:"""
TRIALS_PER_TASK = 6
FAR = 1 << 40
"""A slot before everything."""
MOST_TASKS = 150
"""Operations of a tree that is mapped at all; it is walked by recursion."""


@dataclass(frozen=True, slots=True)
class Use:
    """When the half of a pair is used."""

    free: int
    """Slot before the end from which on it is held: the end of the operation that consumes it."""
    ready: int
    """Slot before the end at which it must be ready: the start of what acts on it next."""


def place_backward(chain: Chain, tree: Tree, order: Order, *, store: bool) -> Placing | None:
    """Return the operations of a tree on slots, `None` where it is too large to try.

    Parameters
    ----------
    chain
        The part of a network that the tree is laid on.
    tree
        What to map.
    order
        Which of two inputs comes last in time.
    store
        Whether halves go to storage where there is room; otherwise only those that have to wait.

    """
    tasks = lay_out(tree)
    if len(tasks) > MOST_TASKS:
        return None
    return _Backward(chain, tasks, order, store=store).run()


def _stacked(spans: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Return the intervals in which at least so many of some half-open ones meet."""
    if len(spans) < most:
        return []
    found, level, since = list[tuple[int, int]](), 0, 0
    for slot, step in sorted([(a, 1) for a, _ in spans] + [(b, -1) for _, b in spans]):
        level += step
        if level == most and step > 0:
            since = slot
        elif level == most - 1 and step < 0:
            found.append((since, slot))
    return found


class _Backward:
    def __init__(self, chain: Chain, tasks: list[Task], order: Order, *, store: bool) -> None:
        self.chain = chain
        self.tasks = tasks
        self.order = order
        self.store = store
        self.capacity = [
            count for both in zip(chain.communication, chain.storage, strict=True) for count in both
        ]
        self.used: list[list[tuple[int, int]]] = [[] for _ in self.capacity]
        """Per pool, the slots before the end that were taken, in the order of `taken`."""
        self.taken: list[int] = []
        """Pools of what was taken, in order, to be given back."""
        self.at = [0] * len(tasks)
        """Slot before the end at which each task ends."""
        self.stored = [(True, True)] * len(tasks)
        self.trials = TRIALS + TRIALS_PER_TASK * len(tasks)

    def run(self) -> Placing | None:
        end = Use(0, 0)
        if not self.place(len(self.tasks) - 1, end, end):
            return None
        starts = self.pulled_back()
        first = min(starts)
        placing = Placing(self.chain)
        for task, start, stored in zip(self.tasks, starts, self.stored, strict=True):
            begin = start - first
            match task.kind:
                case "link":
                    placing.link(task.begin, task.setting, begin, stored)
                case "swap":
                    placing.swap(task.inputs[0], task.inputs[1], begin)
                case "distil":
                    placing.distil(task.inputs[0], task.inputs[1], begin, task.scheme)
        return placing

    def place(self, number: int, left: Use, right: Use) -> bool:
        """Place a task and all below it, before the uses of its two halves."""
        self.trials -= 1
        if self.trials < 0:
            return False
        match self.tasks[number].kind:
            case "link":
                return self.place_link(number, left, right)
            case "swap":
                return self.place_swap(number, left, right)
            case "distil":
                return self.place_distil(number, left, right)

    def place_link(self, number: int, left: Use, right: Use) -> bool:
        task = self.tasks[number]
        duration = self.chain.settings[task.begin][task.setting].slots
        best: tuple[int, tuple[bool, bool]] | None = None
        for flags in self.flags(task):
            until = self.latest(task, duration, (left, right), flags)
            if until is not None and (best is None or until < best[0]):
                best = (until, flags)
            if until == max(left.ready, right.ready):
                break
        if best is None:
            return False
        self.at[number], self.stored[number] = best
        until, flags = best
        for node, use, stored in zip((task.begin, task.end), (left, right), flags, strict=True):
            self.take(2 * node, until if stored else use.free, until + duration)
            if stored:
                self.take(2 * node + 1, use.free, until + duration)
        return True

    def flags(self, task: Task) -> list[tuple[bool, bool]]:
        """Return the ways to keep the two halves, the preferred one first."""
        ways = [
            [kept for kept in (self.store, not self.store) if not kept or self.chain.storage[node]]
            for node in (task.begin, task.end)
        ]
        return [(first, second) for first in ways[0] for second in ways[1]]

    def latest(
        self, task: Task, duration: int, uses: tuple[Use, Use], flags: tuple[bool, bool]
    ) -> int | None:
        """Return the slot before the end at which a generation may end at the latest."""
        nodes = (task.begin, task.end)
        until = max(uses[0].ready, uses[1].ready)
        # A held qubit must be free from the use on; so far back may the generation reach.
        reach = min(
            self.full_from(2 * node + stored, use.free)
            for node, use, stored in zip(nodes, uses, flags, strict=True)
        )
        while until + duration <= reach:
            clash = (
                max(
                    self.clash(2 * node, until, until + duration)
                    for node, stored in zip(nodes, flags, strict=True)
                    if stored
                )
                if any(flags)
                else -1
            )
            if clash < 0:
                return until
            until = clash + 1
        return None

    def place_swap(self, number: int, left: Use, right: Use) -> bool:
        task = self.tasks[number]
        duration = self.chain.physics.swap_slots
        first, second = task.inputs
        if self.tasks[first].begin != task.begin:
            first, second = second, first
        until = max(left.free, right.free)
        while self.trials > 0:
            inner = Use(until, until + duration)
            self.at[number] = until
            if self.place_both((first, left, inner), (second, inner, right)):
                return True
            until += 1
        return False

    def place_distil(self, number: int, left: Use, right: Use) -> bool:
        task = self.tasks[number]
        duration = self.chain.physics.distil_slots
        until = max(left.ready, right.ready)
        while self.trials > 0:
            spent, acts = Use(until, until + duration), until + duration
            kept = (Use(left.free, acts), Use(right.free, acts))
            self.at[number] = until
            first, second = task.inputs
            if self.place_both((first, *kept), (second, spent, spent)):
                return True
            until += 1
        return False

    def place_both(self, first: tuple[int, Use, Use], second: tuple[int, Use, Use]) -> bool:
        """Place two inputs, the one that is to come last in time before the other."""
        mark = len(self.taken)
        if self.comes_last(first[0], second[0]):
            first, second = second, first
        if self.place(*second) and self.place(*first):
            return True
        self.give_back(mark)
        return False

    def comes_last(self, first: int, second: int) -> bool:
        """Whether the first of two inputs is placed first."""
        one, other = self.tasks[first], self.tasks[second]
        match self.order:
            case "short":
                return one.path_time < other.path_time
            case "long":
                return one.path_time > other.path_time
            case "left":
                return (one.begin, first) < (other.begin, second)
            case "right":
                return (one.begin, first) > (other.begin, second)

    def full_from(self, pool: int, begin: int) -> int:
        """Return the first slot from `begin` back in which a pool is full; far back if none is."""
        used, most = self.used[pool], self.capacity[pool]
        if len(used) < most:
            return FAR
        spans = [(a if a > begin else begin, b) for a, b in used if b > begin]
        if most > 1:
            spans = _stacked(spans, most)
        return min(spans)[0] if spans else FAR

    def clash(self, pool: int, begin: int, end: int) -> int:
        """Return the slot furthest back, of some, in which a pool is full; -1 if none is."""
        used, most = self.used[pool], self.capacity[pool]
        if len(used) < most:
            return -1
        ends = [b for a, b in used if a < end and b > begin]
        if len(ends) < most:
            return -1
        if most > 1:
            spans = _stacked([each for each in used if each[0] < end and each[1] > begin], most)
            ends = [b for a, b in spans if a < end and b > begin]
        return min(max(ends), end) - 1 if ends else -1

    def take(self, pool: int, begin: int, end: int) -> None:
        self.used[pool].append((begin, end))
        self.taken.append(pool)

    def give_back(self, mark: int) -> None:
        while len(self.taken) > mark:
            self.used[self.taken.pop()].pop()

    def pulled_back(self) -> list[int]:
        """Return starts, counted from the end (negative), of swaps and distillations at once.

        Earlier than it was placed, an operation frees its qubits earlier and takes none longer.
        """
        starts: list[int] = []
        ready: list[tuple[int, int]] = []
        for number, task in enumerate(self.tasks):
            if task.kind == "link":
                start = -self.at[number] - self.duration(task)
                ready.append((-self.at[number], -self.at[number]))
            elif task.kind == "swap":
                one, other = task.inputs
                if self.tasks[one].begin != task.begin:
                    one, other = other, one
                start = max(ready[one][1], ready[other][0])
                ready.append((ready[one][0], ready[other][1]))
            else:
                one, other = task.inputs
                start = max(*ready[one], *ready[other])
                ready.append((start + self.duration(task),) * 2)
            starts.append(start)
        return starts

    def duration(self, task: Task) -> int:
        match task.kind:
            case "link":
                return self.chain.settings[task.begin][task.setting].slots
            case "swap":
                return self.chain.physics.swap_slots
            case "distil":
                return self.chain.physics.distil_slots
