import itertools

import numpy as np
import pytest

from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.protocols.chain import chain_of
from planner.models.entanglement_scheduling.protocols.menu import (
    menu,
    published_length,
)
from planner.models.entanglement_scheduling.protocols.occupy import most_used, shape_of
from planner.models.entanglement_scheduling.protocols.swap_chain import swap_chain
from planner.models.entanglement_scheduling.shape import Quality

ALL = ("bbpssw", "dejmps", "epl")


def check(network, source, target, offers, min_fidelity, enforce="ideal"):
    """Every offer is what it says, on its path and within all qubits."""
    capacity = np.stack([network.communication, network.storage], axis=1).ravel()
    for offer in offers:
        quality = assess(network, offer.protocol, source, target)
        assert isinstance(quality, Quality)
        assert quality == offer.quality
        reached = quality.decohered if enforce == "decohered" else quality.fidelity
        assert reached >= min_fidelity - 1e-12
        shape = shape_of(network, offer.protocol, source, target)
        held = [
            sorted(zip(s.pool.tolist(), s.begin.tolist(), s.end.tolist(), strict=True))
            for s in (shape, offer.shape)
        ]
        assert held[0] == held[1]
        assert (most_used(shape, len(capacity)) <= capacity).all()
    lengths = [offer.shape.length for offer in offers]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("hops", [1, 2, 3, 4])
@pytest.mark.parametrize("target", [0.55, 0.65, 0.75, 0.8])
def test_shortest_offer_is_no_slower_than_either_search(nv_line, hops, target):
    """The first offer is at most as long as the published protocol and the chain optimum."""
    network = nv_line(hops)
    offers = menu(network, 0, hops, target, 5_000, schemes=("pareto",))
    check(network, 0, hops, offers, target)
    length = published_length(network, 0, hops, target)
    assert length is not None
    assert offers[0].shape.length <= length
    plain = swap_chain(chain_of(network, list(range(hops)), 0), target)
    if plain is not None:
        assert offers[0].shape.length <= plain.slots


def test_distillation_beats_the_published_search(nv_line):
    """Where swaps alone do not do: 31 slots instead of 66 over four hops at 0.65, and so on."""
    for hops, target, longest, published in (
        (4, 0.65, 31, 66),
        (3, 0.75, 34, 69),
        (2, 0.8, 31, 33),
    ):
        network = nv_line(hops)
        offers = menu(network, 0, hops, target, 5_000, schemes=("pareto",))
        assert offers[0].shape.length <= longest
        assert published_length(network, 0, hops, target) == published


def test_waiting_is_enforced_where_asked(nv_line):
    """With `decohered` every offer keeps its fidelity after waiting, and none is offered else."""
    network = nv_line(2)
    offers = menu(network, 0, 2, 0.65, 500, enforce="decohered")
    assert offers
    check(network, 0, 2, offers, 0.65, "decohered")
    assert menu(network, 0, 2, 0.75, 500, enforce="decohered") == ()


def test_random_networks(network):
    """Offers on random networks are sound, whatever qubits, routes and kinds of distillation."""
    rng = np.random.default_rng(6)
    offered = 0
    for trial in range(8):
        pairs = [p for p in itertools.combinations(range(5), 2) if rng.random() < 0.6] + [(0, 4)]
        tables = [
            [(float(f), float(r)) for f, r in zip(
                rng.uniform(0.55, 0.69, 2), 100 / rng.uniform(0.5, 6, 2), strict=True
            )]
            for _ in pairs
        ]  # fmt: skip
        net = network(
            pairs,
            tables,
            communication=rng.integers(1, 3, 5),
            storage=rng.integers(0, 4, 5),
            bright=0.3 if trial % 2 else None,
        )
        for target in (0.55, 0.7):
            offers = menu(net, 0, 4, target, 60, distillation=ALL, routes=3, most=5)
            check(net, 0, 4, offers, target)
            assert all(offer.shape.length <= 60 for offer in offers)
            assert len(offers) <= 5
            offered += len(offers)
    assert offered > 20


def test_no_offer_is_beaten_by_another(nv_line):
    """No offer is equalled or beaten in length, use, success and fidelity by another one."""
    network = nv_line(3)
    offers = menu(network, 0, 3, 0.55, 500, most=50)
    costs = [
        np.array([
            offer.shape.length, -offer.quality.success, -offer.quality.decohered,
            *offer.shape.busy(8),
        ])
        for offer in offers
    ]  # fmt: skip
    assert len(offers) > 2
    assert not any((a <= b).all() for a, b in itertools.permutations(costs, 2))


def test_bright_links_are_distilled_by_epl(network):
    """Of single-click links EPL makes pairs that BBPSSW does not reach."""
    net = network([(0, 1)], [[(0.69, 30.0)]], bright=0.3)
    assert menu(net, 0, 1, 0.95, 100) == ()
    offers = menu(net, 0, 1, 0.95, 100, distillation=("epl",))
    assert [offer.scheme for offer in offers] == ["pareto"]
    check(net, 0, 1, offers, 0.95)


def test_nothing_is_offered_without_route_time_or_fidelity(nv_line):
    """Same ends, too short a period and too high a fidelity have no offers."""
    network = nv_line(2)
    assert menu(network, 1, 1, 0.55, 500) == ()
    assert menu(network, 0, 2, 0.55, 6) == ()
    assert menu(network, 0, 2, 0.999, 100_000) == ()
    assert published_length(network, 1, 1, 0.55) is None


def test_equal_chains_are_searched_once(nv_line):
    """The same settings elsewhere in a network reuse the search: equal protocols, moved."""
    network = nv_line(4)
    first, second = (menu(network, a, b, 0.6, 500) for a, b in ((0, 2), (2, 4)))
    assert [o.shape.length for o in first] == [o.shape.length for o in second]
    assert [(o.shape.pool + 4).tolist() for o in first] == [o.shape.pool.tolist() for o in second]
