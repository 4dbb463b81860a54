"""Bounds and proofs of infeasibility by prices: the duals of the utilisation programme.

max sum v_ja x_ja with sum busy_jaq / p_j x_ja <= C_q on every pool, at most one way per demand and
at most one demand per clique. The duals are a certificate; an optimal solution would be none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.artefacts import Certificate
from planner.models.entanglement_scheduling.certificate import (
    ChainCertificate,
    ConflictCertificate,
    KnapsackCertificate,
    NodeUseCertificate,
    OverloadCertificate,
    ShortestCertificate,
    UnservedCertificate,
    UtilisationCertificate,
)
from planner.models.entanglement_scheduling.proofs.bounds import (
    Alternatives,
    alternatives_of,
    overload,
    price_bound,
    shortest_bound,
)
from planner.models.entanglement_scheduling.proofs.conflicts import find_conflicts
from planner.models.entanglement_scheduling.proofs.knapsack import knapsack_bound
from planner.models.entanglement_scheduling.proofs.needs import chain_bound, node_use_bound
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Run

FACTORS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Multiples of the prices tried on nodes, where protocols need less than those on offer."""
POOLS = 4
"""Pools whose knapsack is tried: those with the highest prices."""

Cliques = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known before any search."""

    certificate: Certificate | None
    bound: float | None
    infeasible: bool
    cliques: Cliques
    """Demands of which at most one can be admitted."""
    fractional: dict[tuple[int, int], float]
    """(demand, alternative) -> value in the solution of the linear programme, where not zero."""


NOTHING = Proof(None, None, False, (), {})
"""That nothing is known."""


def first_proof(view: View, run: Run) -> Proof:
    """Return the best bound that the check can repeat, or why there is no schedule."""
    table = alternatives_of(view)
    impossible = _unserved(view, table)
    if impossible is not None:
        return Proof(impossible, None, True, (), {})
    pairs = find_conflicts(view)
    mandatory = [want.mandatory for want in view.demands]
    for first, second in pairs:
        if mandatory[first] and mandatory[second]:
            return Proof(ConflictCertificate(first=first, second=second), None, True, (), {})
    cliques = cover(pairs)
    if any(mandatory):
        excess = _overload(view, table, run)
        if excess is not None:
            return Proof(excess, None, True, cliques, {})
    if view.instance.objective == "latency":
        return _latency(view, cliques)
    found, fractional = _utilisation(view, table, cliques, run)
    best = min([*_others(view, table, found), found], key=lambda each: each.value)
    return Proof(best, best.value, False, cliques, fractional)


def any_protocol(view: View, run: Run) -> Proof:
    """Return the best bound on every schedule: of any protocols, offered or not, or of tasks.

    Rigid tasks hold their pools whether or not they pause, as long as no clique is counted on.
    """
    if view.instance.objective == "latency":
        value = chain_bound(view)
        certificate = None if value is None else ChainCertificate(value=value)
        return Proof(certificate, value, False, (), {})
    found, _ = _utilisation(view, alternatives_of(view), (), run)
    kinds = [found] if view.is_rigid else _node_prices(view, found)
    best = min(kinds, key=lambda each: each.value, default=None)
    return Proof(best, None if best is None else best.value, False, (), {})


def cover(pairs: list[tuple[int, int]]) -> Cliques:
    """Return cliques that contain all edges of a graph, greedily as large as they get."""
    around: dict[int, set[int]] = {}
    for first, second in pairs:
        around.setdefault(first, set()).add(second)
        around.setdefault(second, set()).add(first)
    found: list[tuple[int, ...]] = []
    covered: set[tuple[int, int]] = set()
    for first, second in pairs:
        if (first, second) in covered:
            continue
        members, common = [first, second], around[first] & around[second]
        while common:
            member = max(common, key=lambda each: (len(around[each] & common), -each))
            members.append(member)
            common &= around[member]
        members.sort()
        covered |= {(a, b) for a in members for b in members if a < b}
        found.append(tuple(members))
    return tuple(found)


def _unserved(view: View, table: Alternatives) -> UnservedCertificate | None:
    served = set(table.demand.tolist())
    missing = (
        place for place, want in enumerate(view.demands) if want.mandatory and place not in served
    )
    place = next(missing, None)
    return None if place is None else UnservedCertificate(demand=place)


def _utilisation(
    view: View, table: Alternatives, cliques: Cliques, run: Run
) -> tuple[UtilisationCertificate, dict[tuple[int, int], float]]:
    """Return the certificate of the programme's duals and its solution; all prices 0 failing it."""
    from planner.solvers.engines.highs import solve_lp

    pools, rows = len(view.pools), len(view.demands)
    mandatory = np.array([1.0 if want.mandatory else -np.inf for want in view.demands])
    price, clique_price = np.zeros(pools), np.zeros(len(cliques))
    fractional: dict[tuple[int, int], float] = {}
    if len(table.demand):
        least = np.concatenate([np.full(pools, -np.inf), mandatory, np.full(len(cliques), -np.inf)])
        most = np.concatenate([view.capacity, np.ones(rows + len(cliques))])
        ones = np.ones(len(table.demand))
        outcome = solve_lp(
            -table.value, _matrix(view, table, cliques), least, most, 0 * ones, ones, run=run
        )
        if outcome.duals is not None:
            price = np.maximum(0.0, -outcome.duals[:pools])
            clique_price = np.maximum(0.0, -outcome.duals[pools + rows :])
        if outcome.values is not None:
            fractional = {
                (int(table.demand[a]), int(table.place[a])): float(outcome.values[a])
                for a in np.flatnonzero(outcome.values > 1e-9).tolist()
            }
    return _priced(view, table, price, cliques, clique_price), fractional


def _priced(view: View, table: Alternatives, price: Any, cliques: Cliques, each: Any) -> Any:
    """Return the certificate with the cliques that cost something, if these help at all."""
    used = np.flatnonzero(each > 0).tolist()
    kept = tuple(cliques[place] for place in used)
    value = price_bound(view, price, kept, each[used], table)
    return UtilisationCertificate(value=value, price=price, cliques=kept, clique_price=each[used])


def _matrix(view: View, table: Alternatives, cliques: Cliques) -> Any:
    """Return the rows of pools, demands and cliques over the alternatives, sparse."""
    from scipy import sparse

    columns = np.arange(len(table.demand))
    of: dict[int, list[int]] = {}
    for way, demand in enumerate(table.demand.tolist()):
        of.setdefault(demand, []).append(way)
    member = [
        (len(view.pools) + len(view.demands) + place, way)
        for place, clique in enumerate(cliques)
        for demand in clique
        for way in of.get(demand, ())
    ]
    last = np.array(member, dtype=np.int64).reshape(-1, 2)
    row = np.concatenate([table.pools, len(view.pools) + table.demand, last[:, 0]])
    column = np.concatenate([table.owner, columns, last[:, 1]])
    entry = np.concatenate([table.share, np.ones(len(columns) + len(last))])
    shape = (len(view.pools) + len(view.demands) + len(cliques), len(columns))
    return sparse.csc_array((entry, (row, column)), shape=shape)


def _others(view: View, table: Alternatives, found: Any) -> Iterator[Any]:
    """Yield certificates of another kind that say more than prices may, for every plan first."""
    yield from (each for each in _node_prices(view, found) if each.value <= found.value)
    order = np.argsort(-found.price * view.capacity, kind="stable")[:POOLS].tolist()
    for pool in order:
        if found.price[pool] > 0:
            value = knapsack_bound(view, pool)
            if value is not None and value < found.value:
                yield KnapsackCertificate(value=value, pool=pool)


def _node_prices(view: View, found: Any) -> Iterator[NodeUseCertificate]:
    """Yield bounds from the prices of communication qubits, and from multiples of them."""
    price = np.zeros(len(view.network.names))
    kept = np.arange(0, len(view.pools), 2)
    if not view.is_rigid:
        price[view.pool_node[kept]] = found.price[kept]
    for factor in FACTORS:
        value = node_use_bound(view, factor * price)
        if value is not None:
            yield NodeUseCertificate(value=value, price=factor * price)


def _overload(view: View, table: Alternatives, run: Run) -> OverloadCertificate | None:
    """Return prices at which the mandatory demands cost more than all pools are worth.

    They are the duals of: the least factor by which all pools must grow.
    """
    from scipy import sparse

    from planner.solvers.engines.highs import solve_lp

    must = np.array([want.mandatory for want in view.demands])
    columns = np.flatnonzero(must[table.demand])
    full = _matrix(view, table, ())
    pools = len(view.pools)
    used = full[:, columns].tocsc()
    grow = sparse.csc_array(
        np.concatenate([-view.capacity, np.zeros(len(view.demands))]).reshape(-1, 1)
    )
    matrix = sparse.hstack([used, grow], format="csc")
    least = np.concatenate([np.full(pools, -np.inf), np.where(must, 1.0, 0.0)])
    most = np.concatenate([np.zeros(pools), np.ones(len(view.demands))])
    cost = np.append(np.zeros(len(columns)), 1.0)
    high = np.append(np.ones(len(columns)), np.inf)
    outcome = solve_lp(cost, matrix, least, most, np.zeros(len(cost)), high, run=run)
    if outcome.duals is None or outcome.objective is None or outcome.objective <= 1.0:
        return None
    price = np.maximum(0.0, -outcome.duals[:pools])
    return OverloadCertificate(price=price) if overload(view, price) is not None else None


def _latency(view: View, cliques: Cliques) -> Proof:
    """Return the larger of what the offers and what the links need."""
    shortest, chain = shortest_bound(view), chain_bound(view)
    if shortest is None:
        return Proof(None, None, False, cliques, {})
    if chain is not None and chain >= shortest:
        return Proof(ChainCertificate(value=chain), chain, False, cliques, {})
    return Proof(ShortestCertificate(value=shortest), shortest, False, cliques, {})
