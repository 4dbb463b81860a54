"""Colours edges so that edges of one colour never meet: matchings that cover a network."""

import itertools

import numpy as np

from planner.models.base.arrays import IntArray


def colour_edges(nodes: int, ends: IntArray) -> IntArray:
    """Return a colour for every edge of a simple graph, shape (m,), at most one above the degree.

    The algorithm of Misra and Gries (1992), which makes Vizing's theorem constructive, in
    O(n m) steps.
    """
    degree = int(np.bincount(ends.ravel(), minlength=nodes).max()) if len(ends) else 0
    return _Colouring(nodes, degree + 1).run(ends)


def colour_copies(nodes: int, ends: IntArray, copies: IntArray) -> list[list[int]]:
    """Return matchings (lists of edges) in which edge e stands `copies[e]` times.

    The heaviest edges choose first, each the earliest rounds in which both its ends are free. That
    takes fewer than twice as many rounds as the busiest node has exchanges; one round per exchange
    of the busiest node is the least possible.
    """
    rounds: list[list[int]] = []
    busy = [0] * nodes
    for edge in np.argsort(-copies, kind="stable").tolist():
        a, b = ends[edge].tolist()
        place = 0
        taken = busy[a] | busy[b]
        for _ in range(int(copies[edge])):
            while taken >> place & 1:
                place += 1
            while len(rounds) <= place:
                rounds.append([])
            rounds[place].append(edge)
            busy[a] |= 1 << place
            busy[b] |= 1 << place
            place += 1
    return rounds


class _Colouring:
    """`at[node]` maps each colour in use at a node to the neighbour it leads to."""

    def __init__(self, nodes: int, colours: int) -> None:
        self.colours = colours
        self.at: list[dict[int, int]] = [{} for _ in range(nodes)]

    def run(self, ends: IntArray) -> IntArray:
        pairs = [(a, b) for a, b in ends.tolist()]
        for centre, first in pairs:
            self._insert(centre, first)
        colour_of = {
            (node, other): colour
            for node, used in enumerate(self.at)
            for colour, other in used.items()
        }
        return np.array([colour_of[pair] for pair in pairs], dtype=np.int64)

    def _insert(self, centre: int, first: int) -> None:
        fan = self._fan(centre, first)
        c, d = self._free(centre), self._free(fan[-1])
        self._invert(centre, c, d)
        last = self._turn(centre, fan, d)
        self._rotate(centre, fan[: last + 1])
        self._paint(centre, fan[last], d)

    def _free(self, node: int) -> int:
        used = self.at[node]
        return next(colour for colour in range(self.colours) if colour not in used)

    def _fan(self, centre: int, first: int) -> list[int]:
        """Return neighbours such that the colour of each edge is free at the neighbour before."""
        fan, rest = [first], dict(self.at[centre])
        while True:
            free = next((c for c in rest if c not in self.at[fan[-1]]), None)
            if free is None:
                return fan
            fan.append(rest.pop(free))

    def _invert(self, centre: int, c: int, d: int) -> None:
        """Swap the colours c and d along the path from the centre that begins with d."""
        path, colour = [centre], d
        while colour in self.at[path[-1]]:
            path.append(self.at[path[-1]][colour])
            colour = c if colour == d else d
        edges = list(itertools.pairwise(path))
        for place, (a, b) in enumerate(edges):
            old = d if place % 2 == 0 else c
            del self.at[a][old], self.at[b][old]
        for place, (a, b) in enumerate(edges):
            self._paint(a, b, c if place % 2 == 0 else d)

    def _turn(self, centre: int, fan: list[int], d: int) -> int:
        """Return up to where the fan still is one, and d is free at its last neighbour."""
        colour_of = {other: colour for colour, other in self.at[centre].items()}
        for place, node in enumerate(fan):
            if place and colour_of[node] in self.at[fan[place - 1]]:
                break
            if d not in self.at[node]:
                return place
        raise AssertionError("a maximal fan always has such a neighbour")

    def _rotate(self, centre: int, fan: list[int]) -> None:
        """Give each edge of the fan the colour of the next; the last one loses its own."""
        colour_of = {other: colour for colour, other in self.at[centre].items()}
        for node in fan[1:]:
            colour = colour_of[node]
            del self.at[centre][colour], self.at[node][colour]
        for node, after in itertools.pairwise(fan):
            self._paint(centre, node, colour_of[after])

    def _paint(self, a: int, b: int, colour: int) -> None:
        self.at[a][colour] = b
        self.at[b][colour] = a
