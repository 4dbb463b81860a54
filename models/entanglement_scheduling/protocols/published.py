"""The published protocol search: a path is halved, both halves get the same fidelity target.

Facts of the scheme (arXiv 2111.13124) are those of github.com/mdskrzypczyk/LinkScheduling; its own
name there is entanglement swap scheme search.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from planner.models.entanglement_scheduling.network import Network, Setting
from planner.models.entanglement_scheduling.plan import Protocol
from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.protocols.chain import Chain, chain_of, on_path
from planner.models.entanglement_scheduling.protocols.mapping import (
    Unmappable,
    latency,
    map_tree,
    protocol_of,
)
from planner.models.entanglement_scheduling.protocols.patience import check_patience
from planner.models.entanglement_scheduling.protocols.targets import (
    generation_rounds,
    nest_levels,
    pump_rounds,
    swapped,
    target_before,
    unswapped,
)
from planner.models.entanglement_scheduling.protocols.tree import Tree

MIN_RATE = 1e-10
"""Pairs per second that the published runs ask for: next to none."""
MOST_PARTS = 15_000
"""Parts of a chain with a target that one search looks at before it is given up."""
MOST_LEVELS = 8
"""Levels of nested distillation of one link, each of which doubles its generations."""
MAPPED_CANDIDATES = 5
"""Candidates over two links that are mapped before the fastest is chosen."""


def published(
    network: Network, path: list[int], source: int, min_fidelity: float, min_rate: float = MIN_RATE
) -> Protocol | None:
    """Return the published protocol on a path, or `None` where the search finds none.

    Parameters
    ----------
    network
        Where the path lies.
    path
        Its links, in order from the source.
    source
        Its first node.
    min_fidelity
        What the pair must have without waiting, in (0.25, 1].
    min_rate
        Pairs per second that the chain must reach; the published runs ask for next to none.

    """
    found = published_on(chain_of(network, path, source), min_fidelity, min_rate)
    return None if found is None else on_path(found, network, path, source)


@lru_cache(maxsize=1024)
def published_on(chain: Chain, min_fidelity: float, min_rate: float = MIN_RATE) -> Protocol | None:
    """Return the published protocol of a chain, in its own network; see `published`."""
    tree = published_tree(chain, min_fidelity, min_rate)
    if tree is None:
        return None
    try:
        return protocol_of(chain, map_tree(chain, tree))
    except Unmappable:
        return None


@lru_cache(maxsize=4096)
def published_tree(chain: Chain, min_fidelity: float, min_rate: float) -> Tree | None:
    """Return the tree that the published search finds on a chain, `None` if none.

    Its work doubles with every link and target; after `MOST_PARTS` parts it is given up.
    """
    room = tuple(
        _Room(communication, storage)
        for communication, storage in zip(chain.communication, chain.storage, strict=True)
    )
    try:
        return _Search(chain).find(0, chain.hops, room, min_fidelity, min_rate)
    except _TooManyParts:
        return None


class _TooManyParts(Exception):
    """A search has looked at `MOST_PARTS` parts."""


@dataclass(frozen=True, slots=True)
class _Room:
    """What the search may still use at a node."""

    communication: int
    storage: int

    @property
    def total(self) -> int:
        return self.communication + self.storage

    def less(self) -> "_Room":
        return _Room(self.communication, self.storage - 1)


_Rooms = tuple[_Room, ...]
"""Per node of the whole chain."""


class _Search:
    """One search; trees of equal parts of the chain are found once."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        kinds = {settings: place for place, settings in enumerate(chain.settings)}
        self.kind = tuple(kinds[settings] for settings in chain.settings)
        """Per link, a number that equal links share."""
        self.known: dict[tuple[object, ...], Tree | None] = {}
        self.made: dict[tuple[object, ...], Tree] = {}
        """Trees by how they are made: other targets come to the same ones again and again."""

    def find(self, begin: int, end: int, room: _Rooms, fidelity: float, rate: float) -> Tree | None:
        """Return the fastest tree found for the links from node `begin` to node `end`."""
        nodes = slice(begin, end + 1)
        lines = self.chain.communication[nodes], self.chain.storage[nodes]
        key = (self.kind[begin:end], lines, room[nodes], fidelity, rate)
        if key not in self.known:
            check_patience()
            if len(self.known) >= MOST_PARTS:
                raise _TooManyParts
            one = end - begin == 1
            search = self.find_link if one else self.find_long
            self.known[key] = search(begin, end, room, fidelity, rate)
        return self.known[key]

    def find_long(
        self, begin: int, end: int, room: _Rooms, fidelity: float, rate: float
    ) -> Tree | None:
        """Bisect for the node to swap at, towards equal rates of both sides."""
        low, high = 1, end - begin
        found: list[Tree] = []
        while low < high:
            pivot = begin + (high + low + 1) // 2 - 1
            tree, left, right = self.split(begin, pivot, end, room, fidelity, rate)
            if tree is not None and tree.fidelity >= fidelity and tree.rate >= rate:
                found.append(tree)
            if left == right:
                break
            if left < right:
                high -= 1
            else:
                low += 1
        best = _last_fastest(found)
        return None if best is None else self.mapped(begin, best)

    def split(
        self, begin: int, pivot: int, end: int, room: _Rooms, fidelity: float, rate: float
    ) -> tuple[Tree | None, float, float]:
        """Return the fastest tree that swaps at `pivot`, and the rates of its two sides."""
        at_pivot = _without(room, pivot)
        found: list[tuple[Tree, float, float]] = []
        rounds = 0
        while (target := target_before(rounds, fidelity)) is not None:
            spread = at_pivot
            side_rate = rate
            if rounds:
                side_rate = rate * (rounds + 1) / at_pivot[pivot].communication / 2
                spread = _without(_without(at_pivot, begin), end)
            if min(spread[begin].storage, spread[end].storage) < 0:
                return None, 0.0, 0.0
            if end - begin > 2 and self.is_slower(begin, pivot, end, rounds, found):
                break
            side = unswapped(target)
            left = self.find(begin, pivot, spread, side, side_rate)
            right = self.find(pivot, end, spread, side, side_rate)
            if left is not None and right is not None:
                tree = self.joined(left, right, rounds)
                found.append((tree, left.rate, right.rate))
            rounds += 1
        if end - begin == 2:
            found.sort(key=lambda item: _fastest(item[0]))
            found = [
                (self.mapped(begin, tree), left, right)
                for tree, left, right in found[-MAPPED_CANDIDATES:]
            ]
        if not found:
            return None, 0.0, 0.0
        return sorted(found, key=lambda item: _fastest(item[0]))[-1]

    def is_slower(
        self,
        begin: int,
        pivot: int,
        end: int,
        rounds: int,
        found: list[tuple[Tree, float, float]],
    ) -> bool:
        """Whether no tree of this many rounds or more can be as fast as one that was found."""
        best = max((tree.rate for tree, _, _ in found), default=0.0)
        return min(self.most(begin, pivot), self.most(pivot, end)) / (rounds + 1) < best

    def most(self, begin: int, end: int) -> float:
        """Return a rate that no tree of these links exceeds."""
        links = self.chain.settings[begin:end]
        if len(links) == 1:
            return max(setting.rate for setting in links[0])
        slots = max(min(setting.slots for setting in settings) for settings in links)
        return 1.0 / ((slots + self.chain.physics.swap_slots) * self.chain.physics.slot)

    def joined(self, left: Tree, right: Tree, rounds: int) -> Tree:
        """Return a tree that swaps two and distils that with `rounds` more of its kind."""
        key = "joined", left, right, rounds
        if key not in self.made:
            self.made[key] = self.pumped(_joined(self.chain, left, right), rounds)
        return self.made[key]

    def pumped(self, pair: Tree, rounds: int) -> Tree:
        """Return a tree that distils a pair with `rounds` more of its kind, one by one."""
        tree = pair
        for count in range(rounds):
            tree = _distilled(self.chain, tree, pair, pair.rate / (count + 2))
        return tree

    def mapped(self, begin: int, tree: Tree) -> Tree:
        """Return a tree with the rate that its mapping reaches."""
        end = begin + tree.hops
        nodes = slice(begin, end + 1)
        lines = self.chain.communication[nodes], self.chain.storage[nodes]
        key = "mapped", tree, self.kind[begin:end], lines
        if key not in self.made:
            check_patience()
            try:
                slots = latency(map_tree(self.chain.part(begin, end), tree))
                rate = 1.0 / (slots * self.chain.physics.slot)
            except Unmappable:
                rate = 0.0
            self.made[key] = replace(tree, rate=rate)
        return self.made[key]

    def find_link(
        self, begin: int, end: int, room: _Rooms, fidelity: float, rate: float
    ) -> Tree | None:
        """Return the fastest way to a pair over one link: plain, pumped or nested."""
        settings = self.chain.settings[begin]
        total = min(room[begin].total, room[end].total)
        lines = min(room[begin].communication, room[end].communication)
        if total < 1:
            return None
        usable = [(i, setting) for i, setting in enumerate(settings) if setting.rate >= rate]
        plain = [_raw(i, setting) for i, setting in usable if setting.fidelity >= fidelity]
        if plain:
            return _last_fastest(plain)
        if total < 2:
            return None
        pumped = [self.pump_link(i, s, lines, fidelity) for i, s in usable]
        best = self.best_of(begin, pumped, fidelity, rate)
        if total > 2:
            nested = [self.nest_link(i, s, lines, total, fidelity) for i, s in usable]
            other = self.best_of(begin, nested, fidelity, rate)
            if other is not None and (best is None or other.rate > best.rate):
                return other
        return best

    def best_of(
        self, begin: int, trees: list[Tree | None], fidelity: float, rate: float
    ) -> Tree | None:
        reach = [t for t in trees if t is not None and t.fidelity > fidelity and t.rate >= rate]
        best = _last_fastest(reach)
        return None if best is None else self.mapped(begin, best)

    def pump_link(self, place: int, setting: Setting, lines: int, fidelity: float) -> Tree | None:
        rounds = pump_rounds(setting.fidelity, fidelity)
        if rounds is None:
            return None
        key = "pumped", place, setting, lines, rounds
        if key not in self.made:
            made = math.ceil(rounds / lines) / setting.rate
            rate = 1.0 / (made + rounds * self.chain.physics.distil_slots * self.chain.physics.slot)
            pair = tree = _raw(place, setting)
            for _ in range(rounds):
                tree = _distilled(self.chain, tree, pair, rate)
            self.made[key] = tree
        return self.made[key]

    def nest_link(
        self, place: int, setting: Setting, lines: int, total: int, fidelity: float
    ) -> Tree | None:
        levels = nest_levels(setting.fidelity, fidelity, min(total - 1, MOST_LEVELS))
        if levels is None:
            return None
        key = "nested", place, setting, lines, total, levels
        if key not in self.made:
            tree = _raw(place, setting)
            for _ in range(levels):
                tree = _distilled(self.chain, tree, tree, setting.rate)
            rate = setting.rate / generation_rounds(2**levels, lines, total)
            self.made[key] = replace(tree, rate=rate)
        return self.made[key]


def _fastest(tree: Tree) -> tuple[float, float]:
    return tree.rate, tree.fidelity


def _last_fastest(trees: list[Tree]) -> Tree | None:
    """Return the fastest, of equals the one found last."""
    return max(reversed(trees), key=_fastest, default=None)


def _without(room: _Rooms, node: int) -> _Rooms:
    return (*room[:node], room[node].less(), *room[node + 1 :])


def _raw(place: int, setting: Setting) -> Tree:
    return Tree("link", 1, setting.fidelity, setting.rate, 1.0 / setting.rate, setting=place)


def _joined(chain: Chain, left: Tree, right: Tree) -> Tree:
    """Return the tree that swaps two, the slower one first."""
    inputs = sorted(((left, 0), (right, left.hops)), key=lambda item: item[0].rate)
    time = chain.physics.swap_slots * chain.physics.slot
    return Tree(
        "swap",
        left.hops + right.hops,
        swapped(left.fidelity, right.fidelity),
        min(left.rate, right.rate),
        max(left.path_time, right.path_time) + time,
        tuple(inputs),
    )


def _distilled(chain: Chain, first: Tree, second: Tree, rate: float) -> Tree:
    """Return the tree that distils two, the slower one first."""
    inputs = sorted(((first, 0), (second, 0)), key=lambda item: item[0].rate)
    state, _ = physics.bbpssw(physics.werner(first.fidelity), physics.werner(second.fidelity))
    time = chain.physics.distil_slots * chain.physics.slot
    return Tree(
        "distil",
        first.hops,
        state[0],
        rate,
        max(first.path_time, second.path_time) + time,
        tuple(inputs),
    )
