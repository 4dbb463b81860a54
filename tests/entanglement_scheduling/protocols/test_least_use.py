import itertools

import numpy as np
import pytest

from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.protocols.least_use import MOST_SLOTS, least_use
from planner.models.entanglement_scheduling.protocols.menu import menu

ALL = ("bbpssw", "dejmps", "epl")


def best_by_slots(table, most, scheme):
    """Best fidelity at exactly u slots of one link, u <= most, over all trees of distillation."""
    states = {u: [] for u in range(most + 1)}
    for u in range(most + 1):
        states[u] += [physics.werner(f) for slots, f in table if slots == u]
        for first in range(1, u // 2 + 1):
            for x, y in itertools.product(states[first], states[u - first]):
                states[u] += [scheme(*pair)[0] for pair in ((x, y), (y, x))]
        states[u] = sorted(set(states[u]), reverse=True)[:30]
    return [max((s[0] for s in each), default=0.0) for each in states.values()]


@pytest.mark.parametrize("target", [0.75, 0.8, 0.85])
def test_one_link_needs_what_the_best_tree_needs(network, target):
    """At the ends of a link the least use is that of the best BBPSSW tree of all."""
    net = network([(0, 1)], [[(0.7, 50.0), (0.78, 30.0)]])
    best = best_by_slots([(2, 0.7), (4, 0.78)], 30, physics.bbpssw)
    slots = next(u for u, f in enumerate(best) if f >= target)
    assert least_use(net, 0, 1, target) == {0: slots, 1: slots}


@pytest.mark.parametrize("scheme", [physics.bbpssw, physics.dejmps])
def test_no_tree_needs_less(network, scheme):
    """With DEJMPS allowed as well, no tree of either kind reaches a fidelity with fewer slots."""
    net = network([(0, 1)], [[(0.7, 50.0), (0.78, 30.0)]])
    for slots, fidelity in enumerate(best_by_slots([(2, 0.7), (4, 0.78)], 16, scheme)):
        if fidelity > 0:
            assert least_use(net, 0, 1, fidelity, ALL)[0] <= slots


def test_two_hops_without_distillation_are_exact(nv_line):
    """The middle node of two hops needs 6, 9 and 16 slots at 0.55, 0.65 and 0.75."""
    line = nv_line(2)
    needed = [least_use(line, 0, 2, target)[1] for target in (0.55, 0.65, 0.75)]
    assert needed == [6, 9, 16]


def test_no_offer_needs_less(network):
    """Every offer on random networks takes at least the least use of each node."""
    rng = np.random.default_rng(8)
    seen = 0
    for trial in range(4):
        pairs = [p for p in itertools.combinations(range(5), 2) if rng.random() < 0.35]
        pairs += [(0, 1), (1, 4)]
        tables = [
            [(float(f), float(r)) for f, r in zip(
                rng.uniform(0.5, 0.69, 2), 100 / rng.uniform(0.5, 6, 2), strict=True
            )]
            for _ in pairs
        ]  # fmt: skip
        net = network(pairs, tables, bright=0.3 if trial % 2 else None)
        for target, kinds in itertools.product((0.4, 0.55, 0.7), (("bbpssw",), ALL)):
            uses = least_use(net, 0, 4, target, kinds)
            for offer in menu(net, 0, 4, target, 200, distillation=kinds, routes=3, most=9):
                busy = offer.shape.busy(10)
                assert all(busy[2 * node] >= slots for node, slots in uses.items())
                seen += 1
    assert seen > 10


def test_parallel_routes_leave_only_the_ends(network):
    """No single node between the ends of a ring has to be used."""
    ring = network([(0, 1), (1, 2), (2, 3), (3, 0)], [[(0.95, 50.0)]] * 4)
    assert set(least_use(ring, 0, 2, 0.8)) == {0, 2}
    assert least_use(ring, 0, 2, 0.8)[0] == 2


def test_unreachable_and_unconnected(network):
    """What cannot be reached needs all slots that are counted; without a route nothing is said."""
    net = network([(0, 1), (2, 3)], [[(0.5, 50.0)], [(0.9, 50.0)]])
    assert least_use(net, 0, 1, 0.6) == {0: MOST_SLOTS, 1: MOST_SLOTS}
    assert least_use(net, 0, 3, 0.6) == {}
