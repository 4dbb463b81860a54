"""Edge lists of the graph families, as arrays."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import IntArray

if TYPE_CHECKING:
    from planner.models.gossip_rates.network import Family

MOST = {"nodes": 1_000_000, "edges": 5_000_000}


def edges_of(family: "Family") -> IntArray:
    """Return the edges of a family, shape (m, 2), each once with the smaller end first."""
    if family.family == "random_tree":
        return _random_tree(*family.size, seed=family.seed)
    if family.family == "random_regular":
        return _random_regular(*family.size, seed=family.seed)
    found = _MAKERS[family.family](*family.size)
    return np.unique(np.sort(found, axis=1), axis=0)


def node_count(family: "Family") -> int:
    """Return the number of nodes of a family."""
    return _NODES[family.family](*family.size)


def size_fault(family: "Family") -> str | None:
    """Return what is wrong with the size of a family, or `None`."""
    wanted, least = _SHAPES.get(family.family, ((1,), 2))
    name, size = family.family, family.size
    if len(size) not in wanted:
        numbers = " or ".join(str(count) for count in wanted)
        return f"`{name}` takes {numbers} numbers, and there are {len(size)}"
    if min(size[:1]) < least:
        return f"`{name}` needs at least {least}"
    if name == "random_regular" and (size[1] >= size[0] or size[0] * size[1] % 2):
        return f"there is no {size[1]}-regular graph on {size[0]} nodes"
    if name in ("hypercube", "binary_tree") and size[0] > 19:
        return f"`{name}` of {size[0]} has more than {MOST['nodes']:,} nodes"
    if node_count(family) > MOST["nodes"]:
        return f"there are {node_count(family):,} nodes, more than {MOST['nodes']:,}"
    if name in ("complete", "barbell", "lollipop") and size[0] > 1000:
        return f"a clique of {size[0]} workers is larger than 1,000"
    return None


def _line(first: int, count: int) -> IntArray:
    start = np.arange(first, first + count - 1)
    return np.stack([start, start + 1], axis=1)


def _path(n: int) -> IntArray:
    return _line(0, n)


def _cycle(n: int) -> IntArray:
    return np.vstack([_line(0, n), [[0, n - 1]]])


def _star(n: int) -> IntArray:
    return np.stack([np.zeros(n - 1, dtype=np.int64), np.arange(1, n)], axis=1)


def _complete(n: int, first: int = 0) -> IntArray:
    return np.stack(np.triu_indices(n, 1), axis=1) + first


def _complete_bipartite(a: int, b: int) -> IntArray:
    left, right = np.meshgrid(np.arange(a), a + np.arange(b), indexing="ij")
    return np.stack([left.ravel(), right.ravel()], axis=1)


def _lattice(sides: tuple[int, ...], *, wrap: bool) -> IntArray:
    number = np.arange(math.prod(sides)).reshape(sides)
    found = []
    for axis, side in enumerate(sides):
        found.append(_pairs(number.take(range(side - 1), axis), number.take(range(1, side), axis)))
        if wrap and side > 2:
            found.append(_pairs(number.take([0], axis), number.take([side - 1], axis)))
    return np.vstack(found)


def _pairs(a: IntArray, b: IntArray) -> IntArray:
    return np.stack([a.ravel(), b.ravel()], axis=1)


def _grid(*sides: int) -> IntArray:
    return _lattice(sides, wrap=False)


def _torus(*sides: int) -> IntArray:
    return _lattice(sides, wrap=True)


def _hypercube(dimension: int) -> IntArray:
    node = np.arange(2**dimension)
    return np.vstack([_pairs(node, node ^ (1 << bit)) for bit in range(dimension)])


def _barbell(clique: int) -> IntArray:
    bridge = np.array([[clique - 1, clique]])
    return np.vstack([_complete(clique), _complete(clique, clique), bridge])


def _lollipop(clique: int, path: int) -> IntArray:
    return np.vstack([_complete(clique), _line(clique - 1, path + 1)])


def _wheel(n: int) -> IntArray:
    rim = np.vstack([_line(1, n - 1), [[1, n - 1]]])
    return np.vstack([_star(n), rim])


def _ladder(rungs: int) -> IntArray:
    return _grid(2, rungs)


def _binary_tree(depth: int) -> IntArray:
    child = np.arange(1, 2 ** (depth + 1) - 1)
    return _pairs((child - 1) // 2, child)


def _random_tree(n: int, *, seed: int) -> IntArray:
    """Each node hangs off an earlier one chosen at random (random recursive tree)."""
    child = np.arange(1, n)
    parent = (np.random.default_rng(seed).random(n - 1) * child).astype(np.int64)
    return _pairs(parent, child)


def _random_regular(n: int, degree: int, *, seed: int) -> IntArray:
    """Pair half-edges at random, then mend loops and repeats by switching with random edges."""
    rng = np.random.default_rng(seed)
    pairs = rng.permutation(np.repeat(np.arange(n), degree)).reshape(-1, 2)
    for _ in range(1000):
        pairs = np.sort(pairs, axis=1)
        key = pairs[:, 0] * n + pairs[:, 1]
        order = np.argsort(key, kind="stable")
        bad = pairs[:, 0] == pairs[:, 1]
        bad[order[1:]] |= key[order[1:]] == key[order[:-1]]
        wrong = np.flatnonzero(bad)
        if not len(wrong):
            return pairs[order]
        other = rng.permutation(len(pairs))[: len(wrong)]
        for row, mate in zip(wrong.tolist(), other.tolist(), strict=True):
            pairs[row, 1], pairs[mate, 1] = pairs[mate, 1], pairs[row, 1]
    raise ValueError(f"no {degree}-regular graph on {n} nodes was found")


_MAKERS: dict[str, Callable[..., IntArray]] = {
    "path": _path,
    "cycle": _cycle,
    "star": _star,
    "complete": _complete,
    "complete_bipartite": _complete_bipartite,
    "grid": _grid,
    "torus": _torus,
    "hypercube": _hypercube,
    "barbell": _barbell,
    "lollipop": _lollipop,
    "wheel": _wheel,
    "ladder": _ladder,
    "binary_tree": _binary_tree,
}
_NODES: dict[str, Callable[..., int]] = {
    "complete_bipartite": lambda a, b: a + b,
    "grid": lambda *sides: math.prod(sides),
    "torus": lambda *sides: math.prod(sides),
    "hypercube": lambda dimension: 2**dimension,
    "barbell": lambda clique: 2 * clique,
    "lollipop": lambda clique, path: clique + path,
    "ladder": lambda rungs: 2 * rungs,
    "binary_tree": lambda depth: 2 ** (depth + 1) - 1,
    "random_regular": lambda n, degree: n,
    **dict.fromkeys(("path", "cycle", "star", "complete", "wheel", "random_tree"), lambda n: n),
}
_SHAPES: dict[str, tuple[tuple[int, ...], int]] = {
    "cycle": ((1,), 3),
    "complete_bipartite": ((2,), 1),
    "grid": ((2, 3), 2),
    "torus": ((2, 3), 3),
    "hypercube": ((1,), 1),
    "barbell": ((1,), 3),
    "lollipop": ((2,), 3),
    "wheel": ((1,), 4),
    "binary_tree": ((1,), 1),
    "random_regular": ((2,), 3),
}
