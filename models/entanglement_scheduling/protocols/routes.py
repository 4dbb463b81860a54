"""Shortest loopless paths of links by length (Yen, Management Science 17, 712, 1971)."""

import heapq
from functools import lru_cache

from planner.models.entanglement_scheduling.network import Network

Path = tuple[int, ...]
"""Links, in order from the source."""


class _Same:
    """A network as a key of a cache: itself, not its equals."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def __hash__(self) -> int:
        return id(self.network)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.network is self.network


def shortest_paths(network: Network, source: int, target: int, most: int) -> list[Path]:
    """Return up to `most` loopless paths, the shortest first; none between a node and itself.

    Of equally long paths the one of fewer links comes first, then that of earlier links.
    """
    if source == target:
        return []
    graph = _graph(_Same(network))
    first = graph.shortest(source, target, frozenset(), frozenset())
    found: list[tuple[float, int, Path]] = [] if first is None else [first]
    spare: list[tuple[float, int, Path]] = []
    while found and len(found) < most:
        for detour in graph.detours(found, source, target):
            if detour not in spare and detour not in found:
                heapq.heappush(spare, detour)
        if not spare:
            break
        found.append(heapq.heappop(spare))
    return [path for _, _, path in found]


class _Graph:
    """Links by node."""

    def __init__(self, network: Network) -> None:
        self.length = [float(length) for length in network.length]
        self.around: list[list[tuple[int, int]]] = [[] for _ in network.names]
        """Per node: neighbour and link."""
        for link, (first, second) in enumerate(network.ends.tolist()):
            self.around[first].append((second, link))
            self.around[second].append((first, link))

    def shortest(
        self, source: int, target: int, no_nodes: frozenset[int], no_links: frozenset[int]
    ) -> tuple[float, int, Path] | None:
        """Return length, links and the path of the shortest way, without some nodes and links."""
        best: dict[int, tuple[float, int]] = {source: (0.0, 0)}
        last: dict[int, tuple[int, int]] = {}
        queue = [(0.0, 0, source)]
        while queue:
            length, hops, node = heapq.heappop(queue)
            if node == target:
                return length, hops, self.path(last, source, target)
            if (length, hops) > best[node]:
                continue
            for other, link in self.around[node]:
                reached = (length + self.length[link], hops + 1)
                if other in no_nodes or link in no_links:
                    continue
                if other not in best or reached < best[other]:
                    best[other] = reached
                    last[other] = (node, link)
                    heapq.heappush(queue, (*reached, other))
        return None

    @staticmethod
    def path(last: dict[int, tuple[int, int]], source: int, target: int) -> Path:
        links: list[int] = []
        while target != source:
            target, link = last[target]
            links.append(link)
        return tuple(reversed(links))

    def detours(
        self, found: list[tuple[float, int, Path]], source: int, target: int
    ) -> list[tuple[float, int, Path]]:
        """Return the paths that leave the last one found at each of its nodes."""
        _, _, latest = found[-1]
        node, passed, result = source, [source], list[tuple[float, int, Path]]()
        for place, link in enumerate(latest):
            root = latest[:place]
            taken = frozenset(
                path[place] for _, _, path in found if path[:place] == root and len(path) > place
            )
            spur = self.shortest(node, target, frozenset(passed), taken)
            if spur is not None:
                length = sum(self.length[each] for each in root) + spur[0]
                result.append((length, place + spur[1], root + spur[2]))
            node = next(other for other, each in self.around[node] if each == link)
            passed.append(node)
        return result


@lru_cache(maxsize=4)
def _graph(key: _Same) -> _Graph:
    return _Graph(key.network)


def neighbours(network: Network) -> list[list[tuple[int, int]]]:
    """Return, per node, the neighbour and the link of each of its links."""
    return _graph(_Same(network)).around
