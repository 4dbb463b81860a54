"""Bounds on every schedule, from prices, from one pool alone, and from what a demand needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower, upper
from planner.models.entanglement_scheduling.evaluation.worth import values
from planner.models.entanglement_scheduling.proofs.conflicts import Conflicts
from planner.models.entanglement_scheduling.proofs.grid import round_down
from planner.models.entanglement_scheduling.view import View

__all__ = ["Alternatives", "alternatives_of", "price_bound", "shortest_bound", "values"]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """All usable alternatives of all demands in one table; a alternatives, s segments."""

    demand: IntArray
    """(a,): ascending."""
    place: IntArray
    """(a,): place among the alternatives of the demand."""
    value: FloatArray
    """(a,): what each is worth; see `values`."""
    pools: IntArray
    """(s,): pool of each segment."""
    share: FloatArray
    """(s,): part of the time that a segment holds its qubit."""
    owner: IntArray
    """(s,): alternative of each segment."""

    def cost(self, price: FloatArray) -> FloatArray:
        """Return the share of each alternative in the pools at their prices, (a,)."""
        paid = self.share * price[self.pools]
        return np.bincount(self.owner, paid, minlength=len(self.demand)).astype(np.float64)


def alternatives_of(view: View) -> Alternatives:
    """Return the alternatives that fit into their period and the pools."""
    known, worth = Conflicts(view), values(view)
    rows = [(j, place) for j in range(len(view.demands)) for place in known.usable(j)]
    shapes = [view.shapes[j][place] for j, place in rows]
    empty = np.zeros(0, dtype=np.int64)
    owner = np.repeat(np.arange(len(rows)), [len(shape.pool) for shape in shapes])
    demand = np.array([j for j, _ in rows], dtype=np.int64)
    held = np.concatenate([empty, *(shape.end - shape.begin for shape in shapes)])
    return Alternatives(
        demand=demand,
        place=np.array([place for _, place in rows], dtype=np.int64),
        value=np.array([worth[j][place] for j, place in rows], dtype=np.float64),
        pools=np.concatenate([empty, *(shape.pool for shape in shapes)]),
        share=held / view.period[demand[owner]],
        owner=owner,
    )


def price_bound(
    view: View,
    price: FloatArray,
    cliques: Sequence[Sequence[int]] = (),
    clique_price: FloatArray | None = None,
    table: Alternatives | None = None,
    *,
    crowds: Sequence[Sequence[int]] = (),
    crowd_price: FloatArray | None = None,
    admitted: Sequence[int] = (),
    left_out: Sequence[int] = (),
) -> float:
    """Return what no schedule of offered protocols exceeds, by prices that are not negative.

    sum_q price_q C_q + sum_c z_c + sum_j max(0, g_j), with g_j = max_a (v_ja - sum_q price_q
    busy_jaq / p_j) less the z_c of the cliques of j; g_j itself for mandatory demands. Rounded down
    to a value that the objective can have.

    Parameters
    ----------
    price
        (P,): objective per qubit of each pool.
    cliques, clique_price
        Demands of which at most one can be admitted, and a price for each set.
    table
        What `alternatives_of` returned, to save its time.
    crowds, crowd_price
        Demands that cannot all be admitted, and a price for each set: z_c (|c| - 1) less the z_c of
        the demands in it.
    admitted, left_out
        Demands of which it is known; the bound speaks of such schedules alone.

    """
    table = alternatives_of(view) if table is None else table
    gain = np.full(len(view.demands), -np.inf)
    np.maximum.at(gain, table.demand, table.value - table.cost(price))
    clique_price = np.zeros(0) if clique_price is None else clique_price
    for members, each in zip(cliques, clique_price.tolist(), strict=True):
        gain[list(members)] -= each
    crowd_price = np.zeros(0) if crowd_price is None else crowd_price
    for members, each in zip(crowds, crowd_price.tolist(), strict=True):
        gain[list(members)] -= each
    allowed = np.array([len(members) - 1.0 for members in crowds])
    optional = np.array([not want.mandatory for want in view.demands])
    optional[list(admitted)] = False
    gain = np.where(optional | np.isinf(gain), np.maximum(gain, 0.0), gain)
    gain[list(left_out)] = 0.0
    terms = np.concatenate([price * view.capacity, clique_price, crowd_price * allowed, gain])
    # Every term is a sum of some hundred products at most; all roundings go outward together.
    size = np.abs(terms).sum() + np.abs(table.value).sum() + table.cost(price).sum()
    slack = upper(float(size), len(terms) + len(table.owner) + 16) - float(size)
    return round_down(float(terms.sum()) + slack, table.value)


def shortest_bound(view: View) -> float | None:
    """Return the sum of the least protocol lengths in slots, `None` where a demand has none."""
    known = Conflicts(view)
    found = [
        min((view.shapes[j][place].length for place in known.usable(j)), default=None)
        for j in range(len(view.demands))
    ]
    lengths = [length for length in found if length is not None]
    return float(sum(lengths)) if len(lengths) == len(found) else None


def overload(view: View, price: FloatArray) -> float | None:
    """Return by how much mandatory demands cost more than all the pools, `None` if they do not.

    A mandatory demand is counted with its cheapest alternative.
    """
    table = alternatives_of(view)
    cheapest = np.full(len(view.demands), np.inf)
    np.minimum.at(cheapest, table.demand, table.cost(price))
    mandatory = np.array([want.mandatory for want in view.demands])
    cost = cheapest[mandatory & np.isfinite(cheapest)]
    room = float((price * view.capacity).sum())
    operations = len(table.owner) + len(price) + 16
    surplus = lower(float(cost.sum()), operations) - upper(room, operations)
    return surplus if surplus > 0 else None
