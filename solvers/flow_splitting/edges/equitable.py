"""Equitable edge colouring of bipartite multigraphs, the edges counted per pair of ends.

With S colours a vertex of degree d gets floor(d/S) or ceil(d/S) edges of every colour (de Werra
1971). No colouring is better: some colour has at least ceil(d/S) edges of the vertex.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.flow_splitting.edges.euler import halve
from planner.solvers.flow_splitting.edges.portion import take_share


@dataclass(frozen=True, eq=False)
class Multigraph:
    """Edges between `left` and `right` ends, `count` of them per entry; no pair of ends twice."""

    left: IntArray
    right: IntArray
    count: IntArray

    def __len__(self) -> int:
        return len(self.count)

    def degree(self) -> int:
        """Return the highest degree of a vertex."""
        ends = (self.left, self.right)
        return int(max(np.bincount(end, self.count).max(initial=0) for end in ends))


@dataclass(frozen=True, eq=False)
class Colouring:
    """`count` edges of `entry` have `colour`; sorted by entry, then by colour."""

    entry: IntArray
    colour: IntArray
    count: IntArray


def colour(graph: Multigraph, colours: int) -> Colouring:
    """Return an equitable edge colouring of `graph` with the colours 0 ... colours - 1.

    Whole multiples of `colours` parallel edges are dealt at once; Euler splits deal the rest.
    """
    full = np.flatnonzero(graph.count >= colours)
    dealt = _Part(
        entry=np.repeat(full, colours),
        first=np.tile(np.arange(colours), len(full)),
        count=np.repeat(graph.count[full] // colours, colours),
    )
    rest = graph.count % colours
    entry = np.flatnonzero(rest)
    part = _Part(entry=entry, first=np.zeros(len(entry), dtype=np.int64), count=rest[entry])
    return _merge([dealt, *_deal(graph, part, colours)])


@dataclass(frozen=True, eq=False)
class _Part:
    """Edges that share the colours first, first + 1, ...; several such groups side by side."""

    entry: IntArray
    first: IntArray
    count: IntArray

    def ends(self, graph: Multigraph) -> tuple[IntArray, IntArray]:
        """Return the ends of the entries, apart for every group."""
        width = int(max(graph.left.max(initial=0), graph.right.max(initial=0))) + 1
        return (
            self.first * width + graph.left[self.entry],
            self.first * width + graph.right[self.entry],
        )

    def counted(self, count: IntArray, shift: int = 0) -> "_Part":
        """Return the part with other counts, without empty entries, colours shifted."""
        keep = np.flatnonzero(count)
        return _Part(entry=self.entry[keep], first=self.first[keep] + shift, count=count[keep])


def _deal(graph: Multigraph, part: _Part, colours: int) -> list[_Part]:
    """Split a part until every group has a single colour.

    An even number of colours is halved by an Euler split. From an odd one the largest power of two
    is taken as an even share, so that little is left that needs such shares again. floor and ceil
    nest, so each step keeps the colouring equitable.
    """
    if colours == 1 or len(part.entry) == 0:
        return [part]
    if colours % 2 == 0:
        return _deal(graph, _halves(graph, part, colours // 2), colours // 2)
    share = 1 << (colours.bit_length() - 1)
    taken = take_share(*part.ends(graph), part.count, colours, share)
    return [
        *_deal(graph, part.counted(taken), share),
        *_deal(graph, part.counted(part.count - taken, share), colours - share),
    ]


def _halves(graph: Multigraph, part: _Part, colours: int) -> _Part:
    """Deal the edges of every group to two groups with `colours` colours each."""
    odd = np.flatnonzero(part.count % 2)
    left, right = part.ends(graph)
    half = halve(left[odd], right[odd])
    lower = part.count // 2
    lower[odd[half]] += 1
    a, b = part.counted(lower), part.counted(part.count - lower, colours)
    return _Part(
        entry=np.concatenate([a.entry, b.entry]),
        first=np.concatenate([a.first, b.first]),
        count=np.concatenate([a.count, b.count]),
    )


def _merge(parts: list[_Part]) -> Colouring:
    entry = np.concatenate([part.entry for part in parts])
    shade = np.concatenate([part.first for part in parts])
    count = np.concatenate([part.count for part in parts])
    width = int(shade.max(initial=0)) + 1
    key, place = np.unique(entry * width + shade, return_inverse=True)
    total = np.bincount(place, count, len(key)).astype(np.int64)
    return Colouring(entry=key // width, colour=key % width, count=total)
