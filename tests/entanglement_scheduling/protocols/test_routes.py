import itertools

import numpy as np

from planner.models.entanglement_scheduling.protocols.routes import shortest_paths
from planner.models.entanglement_scheduling.protocols.sides import cut_sides, end_links


def all_paths(network, source, target):
    """Every loopless path with its length, by depth-first search."""
    found = []

    def walk(node, passed, path, length):
        if node == target:
            found.append((length, len(path), tuple(path)))
            return
        for link, (a, b) in enumerate(network.ends.tolist()):
            other = b if a == node else a if b == node else None
            if other is not None and other not in passed:
                walk(other, passed | {other}, [*path, link], length + network.length[link])

    walk(source, {source}, [], 0.0)
    return sorted(found)


def random_network(network, rng):
    pairs = [p for p in itertools.combinations(range(6), 2) if rng.random() < 0.5]
    pairs += [(0, 5), (4, 5), (4, 5)]
    net = network(pairs, [[(0.9, 20.0)]] * len(pairs))
    net.length[:] = rng.integers(1, 6, len(pairs))
    return net


def test_paths_are_the_shortest_of_all(network):
    """Up to seven paths of random multigraphs are the first of the enumerated ones."""
    rng = np.random.default_rng(3)
    for _ in range(15):
        net = random_network(network, rng)
        every = all_paths(net, 0, 5)
        found = shortest_paths(net, 0, 5, 7)
        lengths = [float(net.length[list(path)].sum()) for path in found]
        assert lengths == [length for length, _, _ in every[:7]]
        assert len(set(found)) == len(found)
        assert set(found) <= {path for _, _, path in every}


def test_no_path_between_a_node_and_itself_or_apart(network):
    """A node has no path to itself, nor to a part that is not connected."""
    net = network([(0, 1), (2, 3)], [[(0.9, 20.0)]] * 2)
    assert shortest_paths(net, 0, 0, 3) == []
    assert shortest_paths(net, 0, 3, 3) == []
    assert end_links(net, 0, 3) == {}
    assert cut_sides(net, 0, 3) == {}


def test_separating_nodes_have_links_on_both_sides(network):
    """Of a triangle with a tail, the node between them separates; dead ends lead nowhere."""
    pairs = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (0, 5)]
    net = network(pairs, [[(0.9, 20.0)]] * len(pairs))
    assert cut_sides(net, 0, 4) == {2: ((1, 2), (3,)), 3: ((3,), (4,))}
    assert end_links(net, 0, 4) == {0: (0, 2), 4: (4,)}
