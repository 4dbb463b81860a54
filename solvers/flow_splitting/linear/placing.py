"""Place as many flows as fit whole on a leaf-spine fabric within a given time."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.edges.equitable import Multigraph, colour
from planner.solvers.flow_splitting.linear import placement
from planner.solvers.flow_splitting.linear.chains import augment
from planner.solvers.flow_splitting.linear.items import Items
from planner.solvers.flow_splitting.linear.orbits import Classes
from planner.solvers.flow_splitting.linear.placement import NOWHERE, Room

FITS = 1e-9
"""Relative excess over the time that is rounding error."""
COLOURED = 200_000
"""Most pairs of leaves that are coloured evenly; more are dealt in turns, which is all but even."""


@dataclass(frozen=True, eq=False)
class Guide:
    """A fractional solution by classes, which whole flows follow as closely as they can."""

    classes: Classes
    row: IntArray
    """Row[source class, target class] of `share`."""
    find_share: Callable[[], FloatArray]
    """Returns `share`, which is a large table where little is alike and is not always needed."""

    @functools.cached_property
    def share(self) -> FloatArray:
        """Share[row, spine class] of the traffic between two classes; each row sums to one."""
        return self.find_share()

    def rows(self, items: Items) -> IntArray:
        """Return the row of `share` that holds for each item."""
        leaf = self.classes.leaf
        return np.asarray(self.row[leaf[items.source], leaf[items.target]])

    def by_spine(self) -> FloatArray:
        """Return share[row, spine]: the spines of a class take equal shares."""
        classes = self.classes
        return np.asarray((self.share / classes.spines)[:, classes.spine])


@dataclass(frozen=True, eq=False)
class Task:
    """What has to be served: items on a fabric within a time."""

    items: Items
    fabric: Fabric
    time: float
    guide: Guide

    def room(self) -> Room:
        """Return what each bundle of links takes in the given time: amount[leaf, spine]."""
        return Room(self.fabric.up_total * self.time, self.fabric.down_total * self.time)


def place_whole(task: Task) -> list[IntArray]:
    """Return ways to place items whole, that with the fewest left over first.

    Each way gives the spine of each item, NOWHERE for those that are left over.
    """
    sizes = task.items.size
    if not len(sizes) or not bool((sizes == sizes[0]).all()):
        return [_place_sizes(task)]
    ways: list[IntArray] = []
    for grouping in _groupings(task):
        ways.append(_place_counts(task, *grouping))
        if (ways[-1] != NOWHERE).all():
            break
    return sorted(ways, key=lambda spine: int((spine == NOWHERE).sum()))


def _place_sizes(task: Task) -> IntArray:
    """Place flows of different sizes spine by spine."""
    room, guide = task.room(), task.guide
    rows = guide.rows(task.items)
    bins = placement.seed(task.items, task.fabric.leaves, guide.by_spine(), rows)
    return placement.insert(task.items, placement.drop_overfull(task.items, bins, room), room)


def _place_counts(task: Task, group: IntArray, up: FloatArray, down: FloatArray) -> IntArray:
    """Place flows of one size: count them per group of spines, then colour each group evenly.

    `group` gives the group of each spine, `up` and `down` the flows that a link [leaf, spine]
    takes if its group were all equal. A group of m spines takes m times what one of them takes,
    since an equitable colouring gives every spine at most its share rounded up.
    """
    fabric, leaves = task.fabric, task.fabric.leaves
    ones = Items(task.items.source, task.items.target, np.ones(len(task.items)))
    sums = np.eye(int(group.max()) + 1)[group]
    room = Room(up @ sums, down @ sums)
    if np.array_equal(group, task.guide.classes.spine):
        shares, rows = task.guide.share, task.guide.rows(ones)
    else:
        shares = room.up.sum(axis=0, keepdims=True) / max(float(room.up.sum()), 1.0)
        rows = np.zeros(len(ones), dtype=np.int64)
    bins = placement.seed(ones, leaves, shares, rows)
    bins = placement.insert(ones, placement.drop_overfull(ones, bins, room), room)
    spine = np.full(len(ones), NOWHERE)
    for number in range(sums.shape[1]):
        members, names = np.flatnonzero(bins == number), np.flatnonzero(group == number)
        spine[members] = names[_deal(ones.select(members), leaves, len(names))]
    counts = Room(*(_counts(rate, task) for rate in (fabric.up, fabric.down)))
    spine = placement.insert(ones, placement.drop_overfull(ones, spine, counts), counts)
    return augment(ones, spine, counts)


def _groupings(task: Task) -> list[tuple[IntArray, FloatArray, FloatArray]]:
    """Return groups of spines with the flows their links take: as they are, and nominally.

    Nominally, a spine's links all have the rate that most of them have, so that few groups remain
    however many links are down.
    """
    up, down = (_counts(rate, task) for rate in (task.fabric.up, task.fabric.down))
    exact = task.guide.classes.spine
    nominal = np.stack([np.median(up, axis=0), np.median(down, axis=0)])
    _, group = np.unique(nominal, axis=1, return_inverse=True)
    everywhere = [np.broadcast_to(row, up.shape) for row in nominal]
    ways = [(exact, up, down), (group, everywhere[0], everywhere[1])]
    if group.max() == exact.max():
        return ways[:1]
    return ways if len(task.items) <= COLOURED else ways[1:]


def _counts(rate: FloatArray, task: Task) -> FloatArray:
    """Return how many flows each bundle takes whole in the given time: count[leaf, spine]."""
    size = float(task.items.size[0])
    return np.asarray(np.floor(rate * (task.time / size) * (1 + FITS)).sum(axis=2))


def _deal(items: Items, leaves: int, colours: int) -> IntArray:
    """Return a colour for each item, equitable at every leaf (all but equitable for very many)."""
    if colours == 1 or not len(items):
        return np.zeros(len(items), dtype=np.int64)
    pair = items.pairs(leaves)
    order = np.argsort(pair, kind="stable")
    known, count = np.unique(pair[order], return_counts=True)
    if len(known) > COLOURED:
        shares = np.full((1, colours), 1.0 / colours)
        return placement.seed(items, leaves, shares, np.zeros(len(items), dtype=np.int64))
    dealt = colour(Multigraph(known // leaves, known % leaves, count), colours)
    result = np.empty(len(items), dtype=np.int64)
    result[order] = np.repeat(dealt.colour, dealt.count)
    return result
