"""The flow LP of a leaf-spine fabric (LP-LS, docs/problems/flow_splitting.md) as arrays.

Variables are fractions of a pair's amount and loads are relative to a reference time, so that
every coefficient is near one whatever the units are: unscaled, solvers return "optimal" values
that are wrong by several per cent.
"""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.flow_splitting.linear.widths import path_widths

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class SpreadProblem:
    """Spread the amount of each pair of leaves over the spines (or of classes of them)."""

    source: IntArray
    """Leaf[pair] the traffic comes from."""
    target: IntArray
    """Leaf[pair] the traffic goes to."""
    amount: FloatArray
    """Amount[pair], above zero."""
    up: FloatArray
    """Rate[leaf, spine] upwards; 0 where there is no link."""
    down: FloatArray
    """Rate[leaf, spine] downwards."""

    @functools.cached_property
    def choices(self) -> tuple[IntArray, IntArray]:
        """Which spines each pair can use: (pair, spine) of every variable, by pair."""
        both = np.minimum(self.up[self.source], self.down[self.target])
        pair, spine = np.nonzero(both)
        return pair, spine

    @functools.cached_property
    def columns(self) -> int:
        """How many choices there are, without listing them."""
        is_up = (self.up > 0).astype(np.float64), (self.down > 0).astype(np.float64)
        return int(path_widths(self.source, self.target, *is_up).sum())

    def degree(self) -> float:
        """Return the time that the busiest leaf or pair of leaves needs at least."""
        leaves = len(self.up)
        times = [
            sum_by(end, self.amount, leaves) / np.maximum(rate.sum(axis=1), _TINY)
            for end, rate in ((self.source, self.up), (self.target, self.down))
        ]
        width = path_widths(self.source, self.target, self.up, self.down)
        times.append(self.amount / np.maximum(width, _TINY))
        return float(max(time.max(initial=0.0) for time in times))


_TINY = np.finfo(float).tiny


@dataclass(frozen=True, eq=False)
class SpreadProgram:
    """The LP in arrays: minimise the last variable subject to `lower <= matrix x <= upper`."""

    matrix: "csr_matrix"
    lower: FloatArray
    upper: FloatArray
    floor: float
    """Lower limit of the last variable, in units of `reference`."""
    reference: float
    """The time that scales the loads."""
    links: IntArray
    """Which link each capacity row stands for: uplinks [leaf, spine] flat, then downlinks."""


def spread_program(
    problem: SpreadProblem,
    reference: float,
    *,
    floor: float = 0.0,
    used: tuple[FloatArray, FloatArray] | None = None,
) -> SpreadProgram:
    """Assemble the LP.

    Parameters
    ----------
    reference
        A time above zero in the order of magnitude of the optimum.
    floor
        Times below this are as good as this one (the NIC bound, say).
    used
        Amounts already on the uplinks and downlinks. With them, the last variable is how far
        `reference` is exceeded (0: the rest fits); without, it is the highest load over rate.
    """
    from scipy.sparse import csr_matrix

    pair, spine = problem.choices
    count, spines = len(pair), problem.up.shape[1]
    rate = np.concatenate([problem.up.ravel(), problem.down.ravel()])
    up_link = problem.source[pair] * spines + spine
    down_link = problem.up.size + problem.target[pair] * spines + spine
    links, row = np.unique(np.concatenate([up_link, down_link]), return_inverse=True)
    share = np.tile(problem.amount[pair], 2) / (rate[links][row] * reference)
    pairs = len(problem.amount)
    rows = np.concatenate([pair, pairs + row, pairs + np.arange(len(links))])
    columns = np.concatenate([np.tile(np.arange(count), 3), np.full(len(links), count)])
    values = np.concatenate([np.ones(count), share, np.full(len(links), -1.0)])
    room = np.zeros(len(links))
    if used is not None:
        taken = np.concatenate([used[0].ravel(), used[1].ravel()])[links]
        room = np.maximum(1.0 - taken / (rate[links] * reference), 0.0)
    return SpreadProgram(
        matrix=csr_matrix((values, (rows, columns)), shape=(pairs + len(links), count + 1)),
        lower=np.concatenate([np.ones(pairs), np.full(len(links), -np.inf)]),
        upper=np.concatenate([np.ones(pairs), room]),
        floor=floor / reference,
        reference=reference,
        links=links,
    )
