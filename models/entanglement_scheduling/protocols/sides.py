"""Nodes that every route of a demand passes, and the links at them on either side."""

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.protocols.routes import neighbours, shortest_paths


def end_links(network: Network, source: int, target: int) -> dict[int, tuple[int, ...]]:
    """Return the links at source and target that lead to the other one; empty if none does."""
    if not shortest_paths(network, source, target, 1):
        return {}
    return {
        node: _links_into(network, node, _reached(network, other, node))
        for node, other in ((source, target), (target, source))
    }


def cut_sides(
    network: Network, source: int, target: int
) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the nodes that separate source and target, with their links towards each of them.

    The links of the second tuple are all that do not lead to the source's side.
    """
    paths = shortest_paths(network, source, target, 1)
    if not paths:
        return {}
    found = {}
    for node in _inner(network, paths[0], source):
        side = _reached(network, source, node)
        if target not in side:
            around = neighbours(network)[node]
            before = tuple(link for other, link in around if other in side)
            after = tuple(link for other, link in around if other not in side)
            found[node] = (before, after)
    return found


def _inner(network: Network, path: tuple[int, ...], source: int) -> list[int]:
    """Return the nodes between the ends of a path; every separating node is among them."""
    nodes, node = [], source
    for link in path[:-1]:
        node = sum(network.ends[link].tolist()) - node
        nodes.append(node)
    return nodes


def _links_into(network: Network, node: int, others: set[int]) -> tuple[int, ...]:
    return tuple(link for other, link in neighbours(network)[node] if other in others)


def _reached(network: Network, start: int, without: int) -> set[int]:
    """Return the nodes that are connected to `start` when one node is removed."""
    around = neighbours(network)
    reached, queue = {start}, [start]
    while queue:
        for other, _ in around[queue.pop()]:
            if other != without and other not in reached:
                reached.add(other)
                queue.append(other)
    return reached
