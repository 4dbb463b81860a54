"""How many communication-qubit slots any protocol takes of a node, whatever its route and shape.

The height of a pair is the largest of its four Bell probabilities: no less than its fidelity, and
equal to it for fresh pairs, which are Werner states of fidelity 1/4 or more. Let B(u) be the
greatest height of a pair with one end at node v whose making took v at most u slots of its
communication qubits. Such a pair is made in one of four ways:

- by a generation over a link at v, which takes v the slots of its setting (a link operation may
  not last less);
- by a swap at another node, of a pair with an end at v and one without: it takes v no less than
  the former took. Every probability of the result is an average of those of either input, so that
  its height is at most the lower of their heights;
- by a distillation of two pairs with an end at v, which took v u1 and u2 slots: it took u1 + u2;
- by waiting, which mixes in the average of all four and lowers the height.

Hence B is the closure of the generations under distillation, and a pair of fidelity f needs the
least u with B(u) >= f. What distillation makes of heights M1, M2 is bounded as follows.

- BBPSSW, where no other kind is offered: its formula. All states are then Werner states, and it
  grows with both fidelities above 1/2.
- DEJMPS: odds o = M / (1 - M) at most multiply if both are 1/2 or more. With p, q the two
  probabilities of one parity, every probability of the result is at most
  (p1 p2 + q1 q2) / ((p1 + q1)(p2 + q2) + (1 - p1 - q1)(1 - p2 - q2)), a quotient of functions that
  are linear in each of q1, q2, thus largest where each is 0 or all that p leaves. There it is
  p1 p2 / (p1 p2 + (1 - p1)(1 - p2)), p1, p2 or p1 p2 + (1 - p1)(1 - p2): the first is the largest.
- EPL: its formula on two fresh single-click pairs, for the sum of their slots; waiting before it
  lowers what it makes.

By the same quotient a pair of height 1/2 or less lifts no other one, and two of them give no
height above 1/2: for a fidelity above 1/2 they are of no use. A fidelity up to 1/2 is asked of one
generation of the shortest setting only.

A node v whose removal separates source and target is crossed: a pair between the two sides is made
by a swap at v of a pair from each side, by a swap elsewhere (of no lower height, with no more
slots), or by distilling two that cross. With X(u) the greatest height of a crossing pair, X is the
closure under distillation of what a swap makes of B(u1) of one side and B(u2) of the other,
u = u1 + u2: of Werner states the product of their parameters, of other Bell-diagonal states at most
M1 M2 + (1 - M1)(1 - M2).
"""

from functools import lru_cache

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.entanglement_scheduling.network import Network, Setting
from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.protocols.sides import cut_sides, end_links
from planner.models.entanglement_scheduling.protocols.tolerance import ROUNDING

MOST_SLOTS = 4096
"""Uses are counted up to here; a node that needs more is said to need this many."""

Options = tuple[tuple[int, float], ...]
"""Slots and fidelity of what one side offers fresh."""


def least_use(
    network: Network,
    source: int,
    target: int,
    min_fidelity: float,
    schemes: tuple[str, ...] = ("bbpssw",),
) -> dict[int, int]:
    """Return the least communication-qubit slots of nodes that every protocol needs.

    Parameters
    ----------
    network
        Where the demand lies.
    source, target
        Its nodes.
    min_fidelity
        What its pairs must have, without waiting or with.
    schemes
        Kinds of distillation that protocols may use.

    Returns
    -------
    dict
        Slots by node: of both ends, and of every node that separates them. Empty where the nodes
        are not connected. The slots are `MOST_SLOTS` where it takes more, or no protocol does it.

    """
    target_fidelity = min_fidelity - ROUNDING
    kinds = tuple(sorted(schemes))
    uses: dict[int, int] = {}
    for node, links in end_links(network, source, target).items():
        options = _options(network, links, kinds)
        uses[node] = _least(options, kinds, target_fidelity)
    for node, (before, after) in cut_sides(network, source, target).items():
        sides = (_options(network, before, kinds), _options(network, after, kinds))
        uses[node] = _least_across(sides[0], sides[1], kinds, target_fidelity)
    return uses


def _options(network: Network, links: tuple[int, ...], kinds: tuple[str, ...]) -> Options:
    """Return what some links at a node offer: generations, and EPL of two of one link."""
    found = {
        (setting.slots, setting.fidelity) for link in links for setting in network.settings[link]
    }
    if "epl" in kinds:
        settings = {setting for link in links for setting in network.settings[link]}
        bright = [setting for setting in settings if setting.bright is not None]
        found |= {_epl(first, second) for first in bright for second in bright}
    return tuple(sorted(found))


def _epl(first: Setting, second: Setting) -> tuple[int, float]:
    pairs = [physics.bright_pair(each.fidelity, each.bright or 0.0) for each in (first, second)]
    state, _ = physics.epl(pairs[0], pairs[1])
    return first.slots + second.slots, state[0]


@lru_cache(maxsize=4096)
def _least(options: Options, kinds: tuple[str, ...], target: float) -> int:
    if target <= 0.5:
        return min((slots for slots, _ in options), default=MOST_SLOTS)
    return _first_reach(_closure(options, kinds, target), target)


@lru_cache(maxsize=4096)
def _least_across(before: Options, after: Options, kinds: tuple[str, ...], target: float) -> int:
    if target <= 0.5:
        return _least(before, kinds, target) + _least(after, kinds, target)
    sides = [_closure(options, kinds, 1.0) for options in (before, after)]
    joined = np.zeros(MOST_SLOTS + 1)
    # Only pairs above 1/2 are of use, and only the fewest slots for each height.
    steps = [np.flatnonzero((np.diff(side, prepend=0.0) > 0) & (side > 0.5)) for side in sides]
    for slots in steps[0].tolist():
        fits = steps[1][steps[1] + slots <= MOST_SLOTS]
        values = _swapped(float(sides[0][slots]), sides[1][fits], kinds)
        np.maximum.at(joined, fits + slots, values)
    return _first_reach(_grow(joined, kinds, target), target)


def _first_reach(best: FloatArray, target: float) -> int:
    """Return the first place where the best fidelity reaches a target, the last if none does."""
    reached = np.flatnonzero(best >= target)
    return int(reached[0]) if reached.size else MOST_SLOTS


@lru_cache(maxsize=4096)
def _closure(options: Options, kinds: tuple[str, ...], target: float) -> FloatArray:
    """Return the best fidelity by slots, (MOST_SLOTS + 1,), exact until `target`."""
    best = np.zeros(MOST_SLOTS + 1)
    for slots, fidelity in options:
        if slots <= MOST_SLOTS:
            best[slots] = max(best[slots], fidelity)
    grown = _grow(best, kinds, target)
    grown.setflags(write=False)
    return grown


def _grow(fresh: FloatArray, kinds: tuple[str, ...], target: float) -> FloatArray:
    """Return fidelities by slots closed under distillation and under using more slots."""
    best = np.maximum.accumulate(fresh)
    distil = _odds if "dejmps" in kinds or "epl" in kinds else _bbpssw
    useful = np.flatnonzero(best > 0.5)
    if not useful.size:
        return best
    first = int(useful[0])
    # Beyond twice the last improvement there is no other: all sums of what helps were tried.
    stalled = 2 * int(np.flatnonzero(np.diff(best, prepend=0.0)).max())
    for slots in range(2 * first, MOST_SLOTS + 1):
        best[slots] = max(best[slots], best[slots - 1])
        one = best[first : slots // 2 + 1]
        other = best[slots - first : slots - slots // 2 - 1 : -1]
        better = float(distil(one, other).max())
        if better > best[slots] + ROUNDING:
            best[slots] = better
            stalled = 2 * slots
        if best[slots] >= target or slots > stalled:
            best[slots:] = np.maximum(best[slots:], best[slots])
            break
    return best


def _bbpssw(first: FloatArray, second: FloatArray) -> FloatArray:
    b, c = (1 - first) / 3, (1 - second) / 3
    return np.asarray(
        (first * second + b * c) / (first * second + first * c + second * b + 5 * b * c)
    )


def _odds(first: FloatArray, second: FloatArray) -> FloatArray:
    both = first * second
    return np.asarray(both / (both + (1 - first) * (1 - second)))


def _swapped(first: float, second: FloatArray, kinds: tuple[str, ...]) -> FloatArray:
    """Return the best fidelity of a swap of pairs of these fidelities."""
    wrong = (1 - first) * (1 - second)
    return np.asarray(first * second + (wrong if set(kinds) - {"bbpssw"} else wrong / 3))
