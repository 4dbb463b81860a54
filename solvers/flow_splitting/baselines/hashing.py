"""Loads under a hash that sends every sub-flow over a path of its own, in many draws at once.

The hash is taken as uniform and independent: a leaf picks one of its uplinks from which the target
is reachable, the spine one of its links down to the target.
"""

import functools
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.explicit import StepParts
from planner.solvers.flow_splitting.pairing import Pairs, group_by_pair
from planner.solvers.flow_splitting.uplinks import Uplinks, find_uplinks

CHUNK = 4_000_000
"""Numbers drawn at a time, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class Hash:
    """The links that the hash of one step chooses from."""

    fabric: Fabric
    pairs: Pairs
    flow: IntArray
    """The flows that leave their leaf, pair after pair."""
    size: FloatArray
    """Size of each sub-flow of those flows."""
    subflows: int
    uplinks: Uplinks
    """The uplinks that each pair can use."""
    down_choices: IntArray
    """Number of links[leaf, spine] from the spine to the leaf; the first lanes are up."""

    @property
    def pair_of(self) -> IntArray:
        """The pair of each flow."""
        return np.repeat(np.arange(len(self.pairs)), self.pairs.count)

    @functools.cached_property
    def by_count(self) -> bool:
        """Whether it is quicker to draw the counts of every spine: few pairs, equal flows."""
        equal = len(self.size) == 0 or bool((self.size == self.size[0]).all())
        counts = len(self.pairs) * self.fabric.spines
        return equal and self.fabric.lanes == 1 and counts < len(self.flow) * self.subflows

    @property
    def at_once(self) -> int:
        """How many draws can be made at a time."""
        counts, subflows = len(self.pairs) * self.fabric.spines, len(self.flow) * self.subflows
        return max(1, CHUNK // max(1, counts if self.by_count else subflows))

    def choose(
        self, pair: IntArray, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Return (spine, lane upwards, lane downwards) for one sub-flow of each given pair."""
        choices = self.uplinks.choices[self.uplinks.kind[pair]]
        choice = (rng.random(len(pair)) * choices).astype(np.int64)
        spine, up_lane = np.divmod(self.uplinks.pick(pair, choice), self.fabric.lanes)
        if self.fabric.lanes == 1:
            return spine, up_lane, up_lane
        lanes = self.down_choices[self.pairs.target[pair], spine]
        return spine, up_lane, (rng.random(len(pair)) * lanes).astype(np.int64)


def hash_of(fabric: Fabric, flows: Flows, subflows: int) -> Hash:
    """Return what a hash chooses from when every flow is cut into `subflows` equal sub-flows."""
    pairs, flow = group_by_pair(flows, fabric.leaves)
    return Hash(
        fabric=fabric,
        pairs=pairs,
        flow=flow,
        size=flows.size[flow] / subflows,
        subflows=subflows,
        uplinks=find_uplinks(fabric, pairs.source, pairs.target),
        down_choices=(fabric.down > 0).sum(axis=2),
    )


def draw_plan(hashed: Hash, rng: np.random.Generator) -> StepParts:
    """Return one draw as parts; sub-flows of a flow that meet on a path are one part."""
    fabric = hashed.fabric
    item = np.repeat(np.arange(len(hashed.flow)), hashed.subflows)
    spine, up, down = hashed.choose(hashed.pair_of[item], rng)
    shape = (len(hashed.flow), fabric.spines, fabric.lanes, fabric.lanes)
    path = np.ravel_multi_index((item, spine, up, down), shape)
    path, count = np.unique(path, return_counts=True)
    item, spine, up, down = np.unravel_index(path, shape)
    return StepParts(hashed.flow[item], spine, count * hashed.size[item], up, down)


def draw_times(hashed: Hash, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return the highest load over rate of any fabric link in each of `draws` draws."""
    chunk, draw = hashed.at_once, _draw_counts if hashed.by_count else _draw_each
    times = [draw(hashed, min(chunk, draws - start), rng) for start in range(0, draws, chunk)]
    return np.concatenate(times)


def _draw_counts(hashed: Hash, draws: int, rng: np.random.Generator) -> FloatArray:
    fabric, pairs = hashed.fabric, hashed.pairs
    links = hashed.uplinks
    chance = np.zeros(links.link.shape)
    usable = np.arange(fabric.spines) < links.choices[:, None]
    np.put_along_axis(chance, links.link.astype(np.int64), usable / links.choices[:, None], axis=1)
    tries = pairs.count * hashed.subflows
    counts = rng.multinomial(tries, chance[links.kind], size=(draws, len(pairs)))
    times = np.zeros(draws)
    for end, rate in ((pairs.source, fabric.up_total), (pairs.target, fabric.down_total)):
        order = np.argsort(end, kind="stable")
        leaf, first = np.unique(end[order], return_index=True)
        load = np.add.reduceat(counts[:, order], first, axis=1) * hashed.size[0]
        np.maximum(times, _highest(load, rate[leaf]), out=times)
    return times


def _draw_each(hashed: Hash, draws: int, rng: np.random.Generator) -> FloatArray:
    fabric, pairs = hashed.fabric, hashed.pairs
    item = np.tile(np.repeat(np.arange(len(hashed.flow)), hashed.subflows), draws)
    draw = np.repeat(np.arange(draws), len(item) // draws)
    pair = hashed.pair_of[item]
    spine, up, down = hashed.choose(pair, rng)
    times = np.zeros(draws)
    for end, lane, rate in ((pairs.source, up, fabric.up), (pairs.target, down, fabric.down)):
        leaf, place = np.unique(end, return_inverse=True)
        shape = (draws, len(leaf), fabric.spines, fabric.lanes)
        link = np.ravel_multi_index((draw, place[pair], spine, lane), shape)
        load = sum_by(link, hashed.size[item], *shape)
        np.maximum(times, _highest(load, rate[leaf]), out=times)
    return times


def _highest(load: FloatArray, rate: FloatArray) -> FloatArray:
    """Return the highest load over rate of each draw."""
    time = np.divide(load, rate, out=np.zeros(load.shape), where=rate > 0)
    return np.asarray(time.reshape(len(load), -1).max(axis=1, initial=0.0))
