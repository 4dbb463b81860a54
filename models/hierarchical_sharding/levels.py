"""The least time for every chain of totals, level by level: exact where there are too many plans.

Let P_x be the pieces that levels 1 to l - 1 cut state x into, s_x those of level l, R_x those of
the levels beyond. At level l, with V the full buffers, a device receives in the five collectives

    forward, backward, gradients   V / P_x (1 - 1 / s_x)                   x = p, q, g
    sync                           V / (P_o s_g R_g) (1 - s_g / s_o)       reduce-scatter
                                   2 V / (s_o R_o m_{l-1}) (1 - s_o / n_l) all-reduce of replicas
    update                         V / (P_o s_p R_p) (1 - s_p / s_o)

bytes. So the past matters through P and the future through R alone, and a table over both, filled
from the innermost level outwards, ends with the least time for every S = P R. What quantising
takes depends on totals only, as the memory does.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.totals import level_chains, totals_below
from planner.models.hierarchical_sharding.view import COLLECTIVES, View

MOST_STEPS = 400_000_000
"""Most transitions of the tables of one schedule."""
MOST_CELLS = 40_000_000
"""Most entries of one table."""
MOST_CHAINS = 100_000
"""Most chains of all levels together."""

Bits = dict[str, int]


def why_no_levels(view: View) -> str | None:
    """Return why times do not add up level by level, or `None`."""
    machine = view.machine
    if machine.algorithm != "sequential":
        return "collectives do not cross the levels one after the other (training.collectives)"
    if machine.has_curves:
        return "efficiency curves make times depend on sizes (topology efficiency)"
    if view.overlap and view.is_step:
        return "overlap makes the step no sum over levels (training.overlap)"
    if "any" not in view.frameworks:
        return "frameworks restrict vectors, not totals (policy.frameworks)"
    if view.communicators is not None:
        return "the number of groups is no sum over levels (limits.communicators)"
    return _why_too_large(view)


def _why_too_large(view: View) -> str | None:
    states = 4 if view.secondary and False in view.keeps else 3
    fanout = view.layers[0].fanout
    chains = [_chain_count(children, states) for children in fanout]
    below = [_chain_count(math.prod(fanout[:level]), states) for level in range(len(fanout) + 1)]
    beyond = [_chain_count(math.prod(fanout[level:]), states) for level in range(len(fanout) + 1)]
    cells = max(a * b for a, b in zip(below, beyond, strict=True))
    steps = sum(
        below[level] * chains[level] * beyond[level + 1] for level in range(len(fanout))
    ) * len({schedule.microbatches for schedule in view.schedules})
    if steps > MOST_STEPS or cells > MOST_CELLS or sum(chains) > MOST_CHAINS:
        return f"the tables over totals take {steps:.2g} steps and {cells:.2g} entries"
    return None


def _chain_count(number: int, states: int) -> int:
    from planner.models.hierarchical_sharding.lattice import plan_count

    return plan_count((number,), secondary=states == 4)


@dataclass(frozen=True, slots=True)
class Weights:
    """Seconds per unit of the terms at a rate of one byte per second, for one choice of bits."""

    forward: float
    backward: float
    gradients: float
    sync: float
    update: float
    calls: float
    """Ring steps count once per call: buckets of all layers."""
    passes: int
    """Micro-batches."""


def weights(view: View, passes: int, keep: bool, bits: Bits) -> Weights:
    """Return the volumes that each collective sends in an optimizer step, in bytes."""
    total = view.parameters
    sent = {name: view.wire_share(bits[name]) for name in COLLECTIVES}
    held, slopes = view.parameter_bytes * total, view.gradient_bytes * total
    return Weights(
        forward=passes * sent["forward"] * held,
        backward=0.0 if keep else passes * sent["backward"] * held,
        gradients=passes * sent["gradients"] * slopes,
        sync=sent["sync"] * slopes,
        update=sent["update"] * held,
        calls=float(sum(layer.count * layer.buckets for layer in view.layers)),
        passes=passes,
    )


class Levels:
    """Tables over totals for one number of micro-batches, keeping of gathers, and bits."""

    def __init__(self, view: View, *, passes: int, keep: bool) -> None:
        self.view, self.passes, self.keep = view, passes, keep
        self.states = 4 if view.secondary and not keep else 3
        self.fanout = view.layers[0].fanout
        self.chains = [level_chains(children, self.states) for children in self.fanout]
        self.below = totals_below(self.fanout, self.chains, self.states)
        self.beyond = totals_below(self.fanout[::-1], self.chains[::-1], self.states)[::-1]

    @property
    def totals(self) -> IntArray:
        """Every chain of totals: columns parameters, secondary, gradients, optimizer."""
        return _four(self.below[-1].table)

    def solve(
        self, bits: Bits, stop: Callable[[], bool] = lambda: False
    ) -> list[FloatArray] | None:
        """Return the table after 0, 1, 2, ... levels, or `None` if told to stop.

        Tables have one row per chain of the levels below and one column per chain of those beyond.
        """
        priced = weights(self.view, self.passes, self.keep, bits)
        tables = [np.zeros((1, len(self.beyond[0])))]
        for level in range(len(self.fanout)):
            found = np.full((len(self.below[level + 1]), len(self.beyond[level + 1])), np.inf)
            for chain in self.chains[level]:
                if stop():
                    return None
                rows, reached = self._reach(tables[level], level, chain, priced)
                found[rows] = np.minimum(found[rows], reached)
            tables.append(found)
        return tables

    def _reach(
        self, table: FloatArray, level: int, chain: IntArray, priced: Weights
    ) -> tuple[IntArray, FloatArray]:
        """Return which rows of the next table a chain leads to, and the times it brings there."""
        columns = self.beyond[level].find(self.beyond[level + 1].table * chain)
        rows = self.below[level + 1].find(self.below[level].table * chain)
        return rows, table[:, columns] + self._cost(level, chain, priced)

    def _cost(self, level: int, chain: IntArray, priced: Weights) -> FloatArray:
        """Return the seconds of a level, one row per chain below and one column per one beyond."""
        machine = self.view.machine
        children = self.fanout[level]
        efficiency = machine.efficiency[level].constant
        assert efficiency is not None
        rate = float(machine.rate[level]) * efficiency
        p, q, g, o = (int(entry) for entry in _four(chain[None, :])[0])
        below = _four(self.below[level].table).T.astype(np.float64)
        beyond = _four(self.beyond[level + 1].table).T.astype(np.float64)
        inner = math.prod(self.fanout[:level])
        past = (
            priced.forward * (1 - 1 / p) / below[0]
            + priced.backward * (1 - 1 / q) / below[1]
            + priced.gradients * (1 - 1 / g) / below[2]
        )
        both = priced.sync * (1 - g / o) / (g * beyond[2]) + priced.update * (1 - p / o) / (
            p * beyond[0]
        )
        buffer = priced.sync / (o * inner * beyond[3])
        reduced = 2 * buffer * (1 - o / children)
        steps = 2.0 * (children // o - 1)
        if machine.in_network[level] and children > o:
            reduced, steps = np.minimum(reduced, buffer), 2.0
        again = priced.passes * ((p - 1) + (0 if self.keep else q - 1) + (g - 1))
        rings = again + (o // g - 1) + (o // p - 1) + steps
        latency = priced.calls * rings * float(machine.latency[level])
        spent = past[:, None] + both[None, :] / below[3][:, None] + reduced[None, :]
        result: FloatArray = spent / rate + latency
        return result

    def kernels(self, bits: Bits) -> FloatArray:
        """Return the seconds that quantising takes, one entry per chain of totals."""
        view, size = self.view, self.totals.T.astype(np.float64)
        p, q, g, o = size
        held = view.parameter_bytes * view.parameters
        slopes = view.gradient_bytes * view.parameters
        kernel = {
            name: getattr(view.precision.kernel, name) if bits[name] < 16 else 0.0
            for name in COLLECTIVES
        }
        devices = math.prod(self.fanout)
        backward = 0.0 if self.keep else kernel["backward"] * held * (q > 1)
        each = (
            kernel["forward"] * held * (p > 1) + backward + kernel["gradients"] * slopes * (g > 1)
        )
        once = kernel["sync"] * slopes * ((o > g) / g + 2 * (o < devices) / o)
        once = once + kernel["update"] * held * (o > p) / p
        result: FloatArray = self.passes * each + once
        return result

    def trace(self, tables: list[FloatArray], row: int, bits: Bits) -> IntArray:
        """Return the chains of a plan with the totals of a row, shape (levels, 4)."""
        priced = weights(self.view, self.passes, self.keep, bits)
        column, path = 0, []
        for level in reversed(range(len(self.fanout))):
            target = self.below[level + 1].table[row]
            best: tuple[float, int, int, IntArray] | None = None
            for chain in self.chains[level]:
                if (target % chain).any():
                    continue
                before = target // chain
                if not _is_chain(before, math.prod(self.fanout[:level])):
                    continue
                after = self.beyond[level + 1].table[column] * chain
                place = int(self.below[level].find(before[None, :])[0])
                rest = int(self.beyond[level].find(after[None, :])[0])
                cost = self._cost(level, chain, priced)[place, column]
                found = float(tables[level][place, rest] + cost)
                if best is None or found < best[0]:
                    best = (found, place, rest, chain)
            assert best is not None
            _, row, column, chain = best
            path.append(chain)
        return _four(np.array(path[::-1]))


def bit_choices(view: View) -> Iterator[Bits]:
    """Yield the bits that may be fastest for some plan.

    Of the bits below 16, all take the same time to quantise, so the fewest are fastest.
    """
    options = []
    for name in COLLECTIVES:
        allowed = view.bits(name)
        fewest = min(allowed, key=view.wire_share)
        kernel = float(getattr(view.precision.kernel, name))
        quantised = [bits for bits in allowed if bits < 16]
        if kernel and quantised and 16 in allowed:
            options.append([16, min(quantised)])
        else:
            options.append([fewest])
    for choice in itertools.product(*options):
        yield dict(zip(COLLECTIVES, choice, strict=True))


def _four(chains: IntArray) -> IntArray:
    """Return columns p, q, g, o from chains q | p | g | o, or p | g | o without second copy."""
    return chains[:, [1, 0, 2, 3]] if chains.shape[1] == 4 else chains[:, [0, 0, 1, 2]]


def _is_chain(totals: IntArray, devices: int) -> bool:
    """Return whether totals divide each other and the number of devices."""
    return all(upper % lower == 0 for lower, upper in itertools.pairwise([*totals, devices]))
