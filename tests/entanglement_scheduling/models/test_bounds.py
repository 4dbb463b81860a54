"""No bound is below what enumeration reaches, and certificates are added up anew."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.models.entanglement_scheduling import certificate as proofs
from planner.models.entanglement_scheduling.check import check_certificate
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.models.entanglement_scheduling.proofs.bounds import (
    alternatives_of,
    overload,
    price_bound,
    shortest_bound,
)
from planner.models.entanglement_scheduling.proofs.conflicts import find_conflicts
from planner.models.entanglement_scheduling.proofs.grid import grid_of, round_down
from planner.models.entanglement_scheduling.proofs.knapsack import knapsack_bound
from planner.models.entanglement_scheduling.proofs.needs import chain_bound, node_use_bound
from planner.models.entanglement_scheduling.samples import draw

EPS = 1e-12


def best_prices(view, cliques=()):
    """Return prices of pools and cliques that give the value of the linear programme."""
    table = alternatives_of(view)
    rows = len(view.pools)
    a = np.zeros((rows + len(cliques) + len(view.demands), len(table.demand)))
    np.add.at(a, (table.pools, table.owner), table.share)
    for number, members in enumerate(cliques):
        a[rows + number, np.isin(table.demand, members)] = 1
    a[rows + len(cliques) + table.demand, np.arange(len(table.demand))] = 1
    room = np.concatenate([view.capacity, np.ones(len(cliques) + len(view.demands))])
    found = linprog(-table.value, A_ub=a, b_ub=room, method="highs")
    price = np.maximum(0.0, -found.ineqlin.marginals)
    return price[:rows], price[rows : rows + len(cliques)], -found.fun


@pytest.mark.parametrize("seed", range(120))
def test_bounds_are_never_below_the_optimum(build, seed):
    """Prices of the linear programme, random prices, knapsacks, node prices, least lengths."""
    rng = np.random.default_rng(3000 + seed)
    instance = build(draw(rng))
    view = instance.view
    found = enumerate_all(instance)
    if found is None or found.value is None:
        return
    if instance.objective == "latency":
        assert shortest_bound(view) <= found.value
        assert chain_bound(view) <= shortest_bound(view)
        return
    least = found.value - EPS * abs(found.value)
    cliques = find_conflicts(view)
    pools, clique_price, value = best_prices(view, cliques)
    bound = price_bound(view, pools, cliques, clique_price)
    assert least <= bound
    if not any(want.mandatory for want in view.demands):
        assert bound <= value * (1 + 1e-6)
    assert least <= price_bound(view, rng.random(len(view.pools)) * 30)
    knapsacks = [knapsack_bound(view, pool) for pool in range(len(view.pools))]
    assert least <= min(each for each in knapsacks if each is not None)
    if not view.is_rigid:
        for scale in (0.0, 10.0, 100.0):
            price = rng.random(len(view.network.names)) * scale
            assert least <= node_use_bound(view, price)


@pytest.mark.parametrize("seed", range(40))
def test_knapsack_is_exact_on_one_qubit(one_qubit, seed):
    """The knapsack of the only pool is the best set of tasks by slots, tried one by one."""
    rng = np.random.default_rng(seed)
    tasks = []
    for _ in range(6):
        period = int(rng.choice([4, 8, 16]))
        mandatory = bool(rng.random() < 0.15)
        tasks.append((int(rng.integers(1, period + 1)), period, {"mandatory": mandatory}))
    view = one_qubit(*tasks).view
    share = [Fraction(c, p) for c, p, _ in tasks]
    sets = [
        chosen
        for size in range(7)
        for chosen in itertools.combinations(range(6), size)
        if sum(share[j] for j in chosen) <= 1
        and all(j in chosen for j in range(6) if tasks[j][2]["mandatory"])
    ]
    best = max((sum(view.rate[j] for j in chosen) for chosen in sets), default=None)
    assert knapsack_bound(view, 0) == (best if best is None else pytest.approx(best, rel=1e-15))


def test_values_are_rounded_down_to_what_sums_can_be():
    """Figures of common grid 0.1953125 leave no bound between its multiples; 0.1 + 0.2 neither."""
    assert grid_of(np.array([0.390625, 0.5859375])) == Fraction(25, 128)
    assert round_down(29.4642, np.array([0.1953125, 6.25])) == 29.296875
    assert round_down(0.3 + 1e-12, np.array([0.1, 0.2])) == pytest.approx(0.3)
    assert round_down(0.30000000000000004, np.array([0.1, 0.2])) >= 0.1 + 0.1 + 0.1 - EPS
    assert round_down(5.0, np.array([0.0])) == 5.0
    assert round_down(5.0, np.array([])) == 0.0
    assert round_down(1.2345, np.array([0.1234567890123, 1.0])) == 1.2345


@pytest.fixture
def pair(one_qubit):
    """Return two tasks that cannot both be admitted, and a third."""
    return one_qubit((2, 4), (6, 12), (1, 12))


def check(instance, certificate):
    """Return bounds and codes."""
    found = check_certificate(instance, certificate)
    return dict(found.bounds), {violation.code for violation in found.violations}


def utilisation(value, price, cliques=(), clique_price=()):
    return proofs.UtilisationCertificate(
        value=value, price=price, cliques=cliques, clique_price=clique_price
    )


def test_prices_and_cliques_are_added_up(pair):
    """A clique of the two and a price of nothing leave the rates of the better and the third."""
    prices = [0.0] * len(pair.view.pools)
    value = 100 / 4 + 100 / 12
    sound = utilisation(value, prices, ((0, 1),), [100 / 12])
    found = check_certificate(pair, sound)
    assert found.violations == ()
    assert found.bounds["throughput"] == pytest.approx(value)
    assert found.scope == "uninterrupted tasks"  # pausing the second lets both in
    everything = utilisation(100 / 4 + 200 / 12, prices)
    assert check_certificate(pair, everything).scope is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": 30.0}, "certificate-value"),
        ({"price": [0.0]}, "certificate-shape"),
        ({"price": [-1.0, *[0.0] * 7]}, "certificate-price"),
        ({"price": [1.0, *[0.0] * 7]}, "certificate-value"),
        ({"price": [1.5e-323, *[0.0] * 7]}, "certificate-price"),
        ({"price": [1e308] * 8}, "certificate-price"),
        ({"clique_price": [-1.0]}, "certificate-price"),
        ({"clique_price": []}, "certificate-shape"),
        ({"cliques": ((0, 2),)}, "certificate-clique"),
        ({"cliques": ((0, 1, 2),)}, "certificate-clique"),
        ({"cliques": ((0, 0),)}, "certificate-shape"),
        ({"cliques": ((0, 9),)}, "certificate-shape"),
    ],
)
def test_false_prices_are_refused(pair, change, code):
    """Each way to claim more than prices prove has its name, and proves nothing."""
    prices = [0.0] * len(pair.view.pools)
    sound = utilisation(100 / 4 + 100 / 12, prices, ((0, 1),), [100 / 12])
    edited = proofs.UtilisationCertificate.model_validate({**sound.model_dump(), **change})
    found = check_certificate(pair, edited)
    assert {violation.code for violation in found.violations} == {code}


@pytest.mark.parametrize("price", [5e-324, 1.5e-323, 1e-310, 1e-160, 1.0, 1e308])
def test_prices_never_show_an_overload_that_is_none(one_qubit, price):
    """Two tasks fill a qubit to the last slot, also at prices whose shares are rounded badly."""
    instance = one_qubit((4, 8), (4, 8), objective="latency")
    prices = np.array([price, *[0.0] * 7])
    assert overload(instance.view, prices) is None
    refused = check_certificate(instance, proofs.OverloadCertificate(price=prices))
    assert not refused.infeasible
    assert refused.violations


def test_bounds_survive_numbers_beyond_floats():
    """No grid rounds what is not finite."""
    assert round_down(np.inf, np.array([1.0])) == np.inf
    assert np.isnan(round_down(np.nan, np.array([1.0])))


def test_knapsack_certificate(pair):
    """The knapsack is solved again: 1 + 1/2 of the qubit do not fit beside each other."""
    value = 100 / 4 + 200 / 12  # 1/2 + 1/2 + 1/12 is too much
    sound = proofs.KnapsackCertificate(value=100 / 4 + 100 / 12, pool=0)
    assert check(pair, sound)[1] == set()
    assert check(pair, sound.model_copy(update={"value": value}))[1] == {"certificate-value"}
    assert check(pair, sound.model_copy(update={"pool": 99}))[1] == {"certificate-shape"}


def test_enumeration_certificate(pair, one_qubit):
    """Everything is tried again, for an optimum and for there being none."""
    sound = proofs.EnumerationCertificate(value=100 / 4 + 100 / 12)
    found = check_certificate(pair, sound)
    assert (found.source, found.violations) == ("enumeration", ())
    for value in (30.0, None):
        edited = proofs.EnumerationCertificate(value=value)
        assert check(pair, edited)[1] <= {"certificate-value", "certificate-kind"}
        assert check(pair, edited)[1]
    both = one_qubit((2, 4, {"mandatory": True}), (6, 12, {"mandatory": True}))
    found = check_certificate(both, proofs.EnumerationCertificate(value=None))
    assert found.infeasible
    assert found.reasons[0].code == "mandatory-unschedulable"
    assert check(both, sound)[1] == {"certificate-value"}
    large = one_qubit((1, 128), (1, 3))
    assert check(large, sound)[1] == {"certificate-kind"}


def test_conflict_proves_that_there_is_none(one_qubit):
    """Two mandatory demands that exclude each other, with `jitter: zero` and only then."""
    musts = [(3, 8, {"mandatory": True}), (3, 12, {"mandatory": True}), (1, 12)]
    zero, free = one_qubit(*musts, limits={"jitter": "zero"}), one_qubit(*musts)
    sound = proofs.ConflictCertificate(first=0, second=1)
    found = check_certificate(zero, sound)
    assert found.infeasible
    assert found.reasons[0].constraint == "limits.jitter"
    assert found.reasons[0].where == "task0 and task1"
    for instance, first, second in ((free, 0, 1), (zero, 0, 2), (zero, 0, 0), (zero, 0, 3)):
        edited = proofs.ConflictCertificate(first=first, second=second)
        found = check_certificate(instance, edited)
        assert not found.infeasible
        assert found.violations


def test_overload_proves_that_there_is_none(one_qubit):
    """Mandatory demands that hold 13/12 of the only qubit, and none that hold all of it."""
    must = {"mandatory": True}
    over = one_qubit((2, 4, must), (6, 12, must), (1, 12, must))
    full = one_qubit((2, 4, must), (4, 12, must), (1, 6, must))
    price = np.array([1.0, *[0.0] * 7])
    assert overload(over.view, price) == pytest.approx(1 / 12)
    assert overload(full.view, price) is None
    found = check_certificate(over, proofs.OverloadCertificate(price=price))
    assert found.infeasible
    assert found.reasons[0].where == "0-C0"
    for instance, edited in ((full, price), (over, price * 0), (over, price[:1])):
        found = check_certificate(instance, proofs.OverloadCertificate(price=edited))
        assert not found.infeasible
        assert found.violations


def test_unserved_proves_that_there_is_none(demands):
    """A mandatory demand that no protocol serves is named with what could be had."""
    must = {"mandatory": True}
    instance = demands(("0", "3", 0.99, 1.5625, must), ("0", "1", 0.6, 1.5625, must))
    found = check_certificate(instance, proofs.UnservedCertificate(demand=0))
    assert found.infeasible
    assert found.reasons[0].constraint == "workload.demands[0]"
    assert "reaches a fidelity of 0.99" in found.reasons[0].message
    assert check(instance, proofs.UnservedCertificate(demand=1))[1] == {"certificate-kind"}
    assert check(instance, proofs.UnservedCertificate(demand=2))[1] == {"certificate-shape"}


def test_latency_certificates(demands):
    """Least offers and the busiest node of a route; neither speaks of other objectives."""
    wanted = [("0", "2", 0.55, 1.5625), ("0", "1", 0.6, 1.5625)]
    instance, other = demands(*wanted, objective="latency"), demands(*wanted)
    # Pairs of the fastest setting take two slots: 2 + 2 + 1 and 2.
    chain = proofs.ChainCertificate(value=7.0)
    assert check(instance, chain) == ({"latency": 7.0}, set())
    shortest = proofs.ShortestCertificate(value=9.0)
    assert check(instance, shortest) == ({"latency": 9.0}, set())
    for certificate in (chain, shortest):
        edited = certificate.model_copy(update={"value": certificate.value + 1})
        assert check(instance, edited)[1] == {"certificate-value"}
        assert check(other, certificate)[1] == {"certificate-kind"}
    nodes = proofs.NodeUseCertificate(value=0.0, price=[0.0] * 4)
    assert check(instance, nodes)[1] == {"certificate-kind"}


def test_node_prices_hold_for_every_protocol(demands):
    """Repeater 1 alone: each pair over it takes at least 2 x 2 slots of its qubit."""
    instance = demands(("0", "2", 0.55, 12.5), ("0", "2", 0.55, 12.5), ("0", "2", 0.55, 12.5))
    price = np.array([0.0, 100 / 4, 0.0, 0.0])
    bound = node_use_bound(instance.view, price)
    assert bound == pytest.approx(25.0)
    certificate = proofs.NodeUseCertificate(value=bound, price=price)
    found = check_certificate(instance, certificate)
    assert (found.violations, found.scope) == ((), None)
    assert check(instance, certificate.model_copy(update={"value": 20.0}))[1]
    assert check(instance, certificate.model_copy(update={"price": -price}))[1]


def branching(value, leaves, prices, **more):
    """Return a certificate of leaves (admitted, left out) with their prices."""
    admitted, left_out = zip(*leaves, strict=True)
    return proofs.BranchingCertificate(value=value, admitted=admitted, left_out=left_out,
                                       price=prices, **{"clique_price": [], **more})  # fmt: skip


@pytest.fixture
def three(one_qubit):
    """Return three tasks of which any two need more than the only qubit has."""
    weights = ({"weight": weight} for weight in (10, 11, 12))
    return one_qubit(*((4, 6, weight) for weight in weights), objective="weight")


def test_cases_prove_what_prices_cannot(three):
    """Two thirds of a qubit each: prices leave one task and a half, cases one."""
    pools = len(three.view.pools)
    assert best_prices(three.view)[2] == pytest.approx(12 + 11 / 2)
    # Beside two that are fixed a steep price says that they do not fit.
    steep, flat = np.zeros(pools), np.zeros(pools)
    steep[0] = 100.0
    leaves = [((2, 1), ()), ((2, 0), (1,)), ((2,), (1, 0)), ((1, 0), (2,)), ((1,), (2, 0)),
              ((), (2, 1))]  # fmt: skip
    certificate = branching(12.0, leaves, [steep, steep, flat, steep, flat, flat])
    found = check_certificate(three, certificate)
    assert found.violations == ()
    assert found.bounds["weight"] == 12.0


@pytest.mark.parametrize(
    ("leaves", "code"),
    [
        ([((0,), ()), ((), (0,))], None),
        ([((), ())], None),
        ([((0,), ())], "certificate-cases"),
        ([((0,), ()), ((), (1,))], "certificate-cases"),
        ([((0, 1), ()), ((0,), (1,)), ((), (0, 2))], "certificate-cases"),
        ([((0,), (0,))], "certificate-shape"),
        ([((9,), ()), ((), (9,))], "certificate-shape"),
    ],
)
def test_leaves_have_to_be_all_cases(three, leaves, code):
    """Leaves that miss a set of demands, contradict themselves or name no demand are refused."""
    pools = len(three.view.pools)
    certificate = branching(33.0, leaves, np.zeros((len(leaves), pools)))
    assert check(three, certificate)[1] == ({code} if code else set())
    for change in ({"price": certificate.price - 1}, {"price": certificate.price[:, 1:]},
                   {"value": 32.0}):  # fmt: skip
        assert check(three, certificate.model_copy(update=change))[1]


@pytest.mark.parametrize("seed", range(40))
def test_random_cases_are_never_below_the_optimum(build, seed):
    """Random trees with random prices bound what enumeration reaches."""
    rng = np.random.default_rng(5000 + seed)
    instance = build(draw(rng))
    view, found = instance.view, enumerate_all(instance)
    if instance.objective == "latency" or found is None or found.value is None:
        return
    leaves = [((), ())]
    for demand in rng.permutation(len(view.demands))[:2].tolist():
        admitted, left_out = leaves.pop(int(rng.integers(len(leaves))))
        leaves += [((*admitted, demand), left_out), (admitted, (*left_out, demand))]
    cliques = find_conflicts(view)
    certificate = branching(
        0.0, leaves, rng.random((len(leaves), len(view.pools))) * 20, cliques=cliques,
        clique_price=rng.random((len(leaves), len(cliques))) * 10,
    )  # fmt: skip
    bounds, codes = check(instance, certificate)
    assert codes <= {"certificate-value"}
    assert found.value <= bounds[instance.objective] * (1 + EPS)


def test_crowds_have_prices_as_well(one_qubit):
    """Three runs of 3 in 8 slots: of all demands of a crowd one stays out."""
    instance = one_qubit((3, 8), (3, 8), (3, 8), (1, 8), objective="demands")
    pools = len(instance.view.pools)
    certificate = branching(3.0, [((), ())], np.zeros((1, pools)), crowds=((0, 1, 2),),
                            crowd_price=[[1.0]])  # fmt: skip
    found = check_certificate(instance, certificate)
    assert (found.violations, found.source) == ((), "enumeration")
    assert found.bounds["demands"] == 3.0
    for change, code in (
        ({"crowds": ((0, 1, 3),)}, "certificate-crowd"),
        ({"crowds": ((),)}, "certificate-crowd"),
        ({"crowds": ((0, 0, 2),)}, "certificate-shape"),
        ({"crowds": ((0, 1, 9),)}, "certificate-shape"),
        ({"crowd_price": np.array([[-1.0]])}, "certificate-price"),
        ({"crowd_price": np.zeros((0, 0))}, "certificate-shape"),
        ({"crowd_price": np.array([[0.0]])}, "certificate-value"),
    ):
        assert check(instance, certificate.model_copy(update=change))[1] == {code}


def test_certificates_survive_json(three):
    """Tables without columns come back as they were."""
    certificate = branching(33.0, [((0,), ()), ((), (0,))], np.zeros((2, len(three.view.pools))))
    again = proofs.BranchingCertificate.model_validate_json(certificate.model_dump_json())
    assert check(three, again)[1] == set()
