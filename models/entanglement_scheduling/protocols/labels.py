"""Ways to make a pair over part of a chain, as columns: what it is worth and what it takes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.protocols.chain import Chain
from planner.models.entanglement_scheduling.protocols.tree import Scheme, Tree

FRONT = 60
"""Ways that are kept at most for their fidelity and one cost."""
FINEST = 1e-6
"""Fidelity that a way must be better by to be kept at a higher cost."""
MOST_LINKS = 40
"""Generations in one tree at most."""


@dataclass(frozen=True, slots=True)
class Labels:
    """k ways; slots are those of communication qubits."""

    state: FloatArray
    """(k, 4): Bell-diagonal, without waiting."""
    left: IntArray
    """(k,): slots taken of the first node."""
    right: IntArray
    """(k,): slots taken of the last node."""
    load: IntArray
    """(k,): slots that the busiest node needs at least, with all its communication qubits."""
    total: IntArray
    """(k,): slots of generation, over all links."""
    links: IntArray
    """(k,): generations."""
    tree: tuple[Tree, ...]

    @property
    def fidelity(self) -> FloatArray:
        """Return the fidelities, (k,)."""
        return self.state[:, 0]

    def take(self, places: IntArray) -> "Labels":
        """Return some of the ways."""
        return Labels(
            self.state[places],
            self.left[places],
            self.right[places],
            self.load[places],
            self.total[places],
            self.links[places],
            tuple(self.tree[place] for place in places.tolist()),
        )


def stacked(parts: list[Labels]) -> Labels:
    """Return the ways of all parts, in their order."""
    return Labels(
        np.concatenate([each.state for each in parts]),
        np.concatenate([each.left for each in parts]),
        np.concatenate([each.right for each in parts]),
        np.concatenate([each.load for each in parts]),
        np.concatenate([each.total for each in parts]),
        np.concatenate([each.links for each in parts]),
        tuple(tree for each in parts for tree in each.tree),
    )


def fresh(chain: Chain) -> Labels:
    """Return the generations of the one link of a chain."""
    settings = chain.settings[0]
    slots = np.array([setting.slots for setting in settings], dtype=np.int64)
    lines = min(chain.communication)
    return Labels(
        np.array([physics.werner(setting.fidelity) for setting in settings]),
        slots,
        slots,
        -(-slots // lines),
        slots,
        np.ones(len(settings), dtype=np.int64),
        tuple(
            Tree("link", 1, each.fidelity, each.rate, 1.0 / each.rate, setting=place)
            for place, each in enumerate(settings)
        ),
    )


def joined(chain: Chain, node: int, first: Labels, second: Labels) -> Labels:
    """Return the swaps at a node of the best of two parts that meet there."""
    a, b = _pairs(len(first.tree), len(second.tree))
    state = _convolve(first.state[a], second.state[b])
    middle = -(-(first.right[a] + second.left[b]) // chain.communication[node])
    load = np.maximum(np.maximum(first.load[a], second.load[b]), middle)
    columns = (
        state,
        first.left[a],
        second.right[b],
        load,
        first.total[a] + second.total[b],
        first.links[a] + second.links[b],
    )
    time = chain.physics.swap_slots * chain.physics.slot

    def tree(place: int, fidelity: float) -> Tree:
        one, other = first.tree[int(a[place])], second.tree[int(b[place])]
        longest = max(one.path_time, other.path_time) + time
        inputs = ((one, 0), (other, one.hops))
        return Tree("swap", one.hops + other.hops, fidelity, 0.0, longest, inputs)

    return _kept(columns, tree)


def distilled(chain: Chain, first: Labels, second: Labels, scheme: Scheme) -> Labels:
    """Return the distillations of pairs of two lists that are better than both, the best ones."""
    a, b = _pairs(len(first.tree), len(second.tree))
    state, success = _scheme(chain, scheme, first, second, a, b)
    better = state[:, 0] > np.maximum(first.fidelity[a], second.fidelity[b]) + 1e-6
    better &= (success > 0) & (first.links[a] + second.links[b] <= MOST_LINKS)
    a, b, state = a[better], b[better], state[better]
    columns = (
        state,
        first.left[a] + second.left[b],
        first.right[a] + second.right[b],
        first.load[a] + second.load[b],
        first.total[a] + second.total[b],
        first.links[a] + second.links[b],
    )
    time = chain.physics.distil_slots * chain.physics.slot

    def tree(place: int, fidelity: float) -> Tree:
        one, other = first.tree[int(a[place])], second.tree[int(b[place])]
        longest = max(one.path_time, other.path_time) + time
        inputs = ((one, 0), (other, 0))
        return Tree("distil", one.hops, fidelity, 0.0, longest, inputs, scheme=scheme)

    return _kept(columns, tree)


def best_of(labels: Labels) -> Labels:
    """Return the ways that none beats in fidelity and a cost."""
    return labels.take(
        _best_places(labels.fidelity, labels.left, labels.right, labels.load, labels.total)
    )


_Columns = tuple[FloatArray, IntArray, IntArray, IntArray, IntArray, IntArray]


def _kept(columns: _Columns, tree: Callable[[int, float], Tree]) -> Labels:
    """Return the best of new ways; trees are built for these only."""
    state, left, right, load, total, links = columns
    places = _best_places(state[:, 0], left, right, load, total)
    return Labels(
        state[places],
        left[places],
        right[places],
        load[places],
        total[places],
        links[places],
        tuple(tree(place, float(state[place, 0])) for place in places.tolist()),
    )


def _best_places(
    fidelity: FloatArray, left: IntArray, right: IntArray, load: IntArray, total: IntArray
) -> IntArray:
    """Return the places that are best in fidelity and one of: load, total time, time at the ends.

    Of equals in these, the one with less of the others.
    """
    ends = left + right
    fronts = [
        _front(fidelity, load, total),
        _front(fidelity, total, load),
        _front(fidelity, load + ends, total),
    ]
    places: IntArray = np.unique(np.concatenate(fronts))
    return places


def _front(fidelity: FloatArray, cost: IntArray, other: IntArray) -> IntArray:
    """Return the places that no other one beats in fidelity and a cost, `FRONT` of them at most."""
    order = np.lexsort((other, -fidelity, cost))
    best = np.maximum.accumulate(fidelity[order])
    places: IntArray = order[np.diff(best, prepend=-1.0) > FINEST]
    if places.size > FRONT:
        places = places[np.linspace(0, places.size - 1, FRONT).round().astype(np.int64)]
    return places


def _pairs(first: int, second: int) -> tuple[IntArray, IntArray]:
    a, b = np.divmod(np.arange(first * second, dtype=np.int64), max(1, second))
    return a, b


_FLIPS = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])


def _convolve(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return `physics.swap` of rows of states, (n, 4)."""
    state: FloatArray = np.einsum("ni,nki->nk", x, y[:, _FLIPS])
    return state


def _scheme(
    chain: Chain, scheme: Scheme, first: Labels, second: Labels, a: IntArray, b: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return states (n, 4) and success (n,) of distilling rows of pairs; success 0 where barred."""
    if scheme == "epl":
        return _epl(chain, first, second, a, b)
    x, y = first.state[a], second.state[b]
    if scheme == "bbpssw":
        x, y = _werner(x[:, 0]), _werner(y[:, 0])
    even_x, even_y = x[:, 0] + x[:, 3], y[:, 0] + y[:, 3]
    success = even_x * even_y + (1 - even_x) * (1 - even_y)
    safe = np.where(success > 0, success, 1.0)
    state = np.stack(
        [
            x[:, 0] * y[:, 0] + x[:, 3] * y[:, 3],
            x[:, 0] * y[:, 3] + x[:, 3] * y[:, 0],
            x[:, 1] * y[:, 1] + x[:, 2] * y[:, 2],
            x[:, 1] * y[:, 2] + x[:, 2] * y[:, 1],
        ],
        axis=1,
    )
    state /= safe[:, None]
    if scheme == "bbpssw":
        state = _werner(state[:, 0])
    useful = (x[:, 0] > 0.5) & (y[:, 0] > 0.5)
    return state, np.where(useful, success, 0.0)


def _epl(
    chain: Chain, first: Labels, second: Labels, a: IntArray, b: IntArray
) -> tuple[FloatArray, FloatArray]:
    state, success = np.zeros((a.size, 4)), np.zeros(a.size)
    one, other = _bright_links(chain, first), _bright_links(chain, second)
    raw = np.isin(a, list(one)) & np.isin(b, list(other))
    for row in np.flatnonzero(raw).tolist():
        state[row], success[row] = physics.epl(one[int(a[row])], other[int(b[row])])
    return state, success


def _bright_links(chain: Chain, labels: Labels) -> dict[int, physics.BrightPair]:
    """Return the fresh pairs of the generations among some ways that EPL can take."""
    settings = {
        place: chain.settings[0][tree.setting]
        for place, tree in enumerate(labels.tree)
        if tree.kind == "link"
    }
    return {
        place: physics.bright_pair(setting.fidelity, setting.bright)
        for place, setting in settings.items()
        if setting.bright is not None
    }


def _werner(fidelity: FloatArray) -> FloatArray:
    rest = (1 - fidelity) / 3
    return np.stack([fidelity, rest, rest, rest], axis=1)
