"""The paths of a graph that visit no node twice, found without ever entering a dead end."""

from collections.abc import Iterator

from planner.models.flow_splitting.fabric import ArcNetwork

MOST_STEPS = 1_000_000
"""Arcs looked at by one search, all its pairs together; about a second."""


class SearchEndedError(Exception):
    """The search has used up its steps."""


class SimplePaths:
    """Lists paths, and gives up after `MOST_STEPS` steps.

    A path is only ever extended to nodes from which the target can be reached without the nodes
    the path has already. So every extension leads to at least one path, and the first paths of a
    pair take few steps however many paths there are.
    """

    def __init__(self, network: ArcNetwork) -> None:
        self._leaving: list[list[tuple[int, int]]] = [[] for _ in range(network.nodes)]
        self._entering: list[list[int]] = [[] for _ in range(network.nodes)]
        ends = zip(network.tail.tolist(), network.head.tolist(), strict=True)
        for arc, (tail, head) in enumerate(ends):
            self._leaving[tail].append((arc, head))
            self._entering[head].append(tail)
        self._steps = 0

    def between(self, source: int, target: int) -> Iterator[tuple[int, ...]]:
        """Yield the arcs of each path; raises `SearchEndedError` when the steps are used up."""
        stack: list[tuple[int, tuple[int, ...], frozenset[int]]] = [
            (source, (), frozenset([source]))
        ]
        while stack:
            node, path, visited = stack.pop()
            if node == target:
                yield path
                continue
            open_nodes = self._reaching(target, visited)
            for arc, head in self._leaving[node]:
                if head in open_nodes:
                    stack.append((head, (*path, arc), visited | {head}))

    def _reaching(self, target: int, visited: frozenset[int]) -> set[int]:
        """Return the nodes from which the target is reached without the visited ones."""
        found, waiting = {target}, [target]
        while waiting:
            tails = self._entering[waiting.pop()]
            self._steps += 1 + len(tails)
            if self._steps > MOST_STEPS:
                raise SearchEndedError
            fresh = [tail for tail in tails if tail not in visited and tail not in found]
            found.update(fresh)
            waiting += dict.fromkeys(fresh)
        return found
