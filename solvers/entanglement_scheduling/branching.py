"""A proof that the check can repeat: cases of admitted demands, each closed by prices.

What CP-SAT proves is its word. Here a tree of cases is built over the utilisation programme, with
sets of demands that cannot all be admitted as further rows. Such a set is found by CP-SAT, made as
small as it gets, and believed only where the exhaustive search of the check excludes it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.entanglement_scheduling.certificate import BranchingCertificate
from planner.models.entanglement_scheduling.proofs.bounds import (
    Alternatives,
    alternatives_of,
    price_bound,
)
from planner.models.entanglement_scheduling.proofs.crowds import Crowds
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Run
from planner.solvers.entanglement_scheduling.jobs import Jobs, jobs_of
from planner.solvers.entanglement_scheduling.model import build
from planner.solvers.entanglement_scheduling.prices import Cliques

LEAVES = 400
"""Most cases of a certificate."""
STEPS = 200_000
"""Most starts that the check shall try for all sets of a certificate together."""
ORDERS = 4
"""Random orders in which demands are left out of a set that is impossible, to find a small one."""
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Case:
    """Demands that are admitted and demands that are left out."""

    admitted: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A closed case with its prices."""

    case: Case
    price: FloatArray
    clique_price: FloatArray
    crowd_price: FloatArray
    """One per crowd that was known then."""


@dataclass(slots=True)
class Tree:
    """The cases looked at so far."""

    view: View
    target: float
    cliques: Cliques
    run: Run
    until: float
    """Seconds of the run at which to give up."""
    jobs: Jobs
    table: Alternatives
    known: Crowds
    rng: np.random.Generator
    crowds: list[tuple[int, ...]] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)


def prove(
    view: View, target: float, cliques: Cliques, run: Run, seconds: float
) -> BranchingCertificate | None:
    """Return the proof that no schedule is worth more than `target`, if one is found in time."""
    tree = Tree(
        view, target, cliques, run, run.elapsed() + seconds,
        jobs_of(view), alternatives_of(view), Crowds(view),
        run.rng("branching"),
    )  # fmt: skip
    waiting = [Case()]
    while waiting:
        if len(tree.leaves) + len(waiting) > LEAVES or _is_over(tree):
            return None
        case = waiting.pop()
        further = _look(tree, case)
        if further is None:
            return None
        waiting += further
    return _certificate(tree)


def _is_over(tree: Tree) -> bool:
    late = tree.run.elapsed() > tree.until or tree.run.stopping() is not None
    return late or tree.known.spent > STEPS


def _look(tree: Tree, case: Case) -> list[Case] | None:
    """Close a case, or return the cases it falls into; `None` where neither can be done."""
    while not _is_over(tree):
        leaf, admitted = _solve(tree, case)
        if leaf is None:
            return None
        bound = price_bound(
            tree.view, leaf.price, tree.cliques, leaf.clique_price, tree.table,
            crowds=tree.crowds, crowd_price=leaf.crowd_price,
            admitted=case.admitted, left_out=case.left_out,
        )  # fmt: skip
        if bound <= tree.target * (1 + 1e-9):
            tree.leaves.append(leaf)
            return []
        open_demands = [demand for demand, value in admitted.items() if _WHOLE < value < 1 - _WHOLE]
        if open_demands:
            demand = min(open_demands, key=lambda each: (abs(admitted[each] - 0.6), each))
            return [
                Case((*case.admitted, demand), case.left_out),
                Case(case.admitted, (*case.left_out, demand)),
            ]
        crowd = _crowd(tree, [demand for demand, value in admitted.items() if value > 0.5])
        if crowd is None:
            return None
        tree.crowds.append(crowd)
    return None


def _solve(tree: Tree, case: Case) -> tuple[Leaf | None, dict[int, float]]:
    """Return the prices of a case and how much of each demand its programme admits.

    A demand that must be admitted may be missed at a price above everything, so that there is
    always a solution.
    """
    from planner.solvers.engines.highs import solve_lp

    view, table = tree.view, tree.table
    pools, count = len(view.pools), len(view.demands)
    must = np.array([want.mandatory for want in view.demands])
    must[list(case.admitted)] = True
    free = ~np.isin(table.demand, case.left_out)
    matrix, most = _rows(tree)
    least = np.full(len(most), -np.inf)
    least[pools : pools + count][must] = 1.0
    penalty = 2.0 * float(np.abs(table.value).sum()) + 1.0
    cost = np.concatenate([-table.value, np.where(must, penalty, 0.0)])
    high = np.concatenate([free.astype(np.float64), must.astype(np.float64)])
    outcome = solve_lp(cost, matrix, least, most, np.zeros(len(cost)), high, run=tree.run)
    if outcome.duals is None or outcome.values is None:
        return None, {}
    paid = np.maximum(0.0, -outcome.duals)
    cliques = pools + count + len(tree.cliques)
    leaf = Leaf(case, paid[:pools], paid[pools + count : cliques], paid[cliques:])
    taken = np.bincount(table.demand, outcome.values[: len(table.demand)], minlength=count)
    return leaf, dict(enumerate(taken.tolist()))


def _rows(tree: Tree) -> tuple[Any, FloatArray]:
    """Return the programme's rows over alternatives and misses, and their limits."""
    from scipy import sparse

    view, table = tree.view, tree.table
    sets = [*tree.cliques, *tree.crowds]
    member = sparse.lil_array((len(sets), len(view.demands)))
    for row, members in enumerate(sets):
        for demand in members:
            member[row, demand] = 1.0
    columns = np.arange(len(table.demand))
    of = sparse.csr_array(
        (np.ones(len(columns)), (table.demand, columns)), shape=(len(view.demands), len(columns))
    )
    use = sparse.csr_array(
        (table.share, (table.pools, table.owner)), shape=(len(view.pools), len(columns))
    )
    miss = sparse.vstack([
        sparse.csr_array((len(view.pools), len(view.demands))),
        sparse.eye_array(len(view.demands)),
        sparse.csr_array((len(sets), len(view.demands))),
    ])  # fmt: skip
    left = sparse.vstack([use, of, member.tocsr() @ of])
    most = [1.0] * len(tree.cliques) + [len(crowd) - 1.0 for crowd in tree.crowds]
    limits = np.concatenate([view.capacity, np.ones(len(view.demands)), most])
    return sparse.hstack([left, miss], format="csc"), limits


def _crowd(tree: Tree, demands: Sequence[int]) -> tuple[int, ...] | None:
    """Return demands among these that cannot all be admitted, if the check can see it."""
    if _fits(tree, demands) is not False:
        return None
    period = tree.view.period
    orders = [
        sorted(demands, key=lambda each: (-int(period[each]), each)),
        sorted(demands, key=lambda each: (int(period[each]), each)),
    ]
    orders += [tree.rng.permutation(orders[0]).tolist() for _ in range(ORDERS)]
    for order in orders:
        found = _least(tree, order)
        if _is_over(tree):
            return None
        if tree.known.exclude(found):
            return found
    return None


def _least(tree: Tree, order: Sequence[int]) -> tuple[int, ...]:
    """Return what is left once all demands that are not needed have gone, tried in this order."""
    members = list(order)
    for demand in order:
        if _is_over(tree):
            break
        rest = [each for each in members if each != demand]
        if _fits(tree, rest) is False:
            members = rest
    return tuple(sorted(members))


def _fits(tree: Tree, members: Sequence[int]) -> bool | None:
    """Return whether CP-SAT finds a schedule of some demands, `None` where it does not know."""
    from planner.solvers.engines.cpsat import solve_cpsat
    from planner.solvers.engines.outcome import Status

    chosen = [replace(job, mandatory=True) for job in tree.jobs.jobs if job.demand in members]
    built = build(tree.jobs.some(chosen))
    built.model.clear_objective()
    outcome = solve_cpsat(built.model, run=tree.run, options={"max_time_in_seconds": 2.0})
    if outcome.values is not None:
        return True
    return False if outcome.status is Status.INFEASIBLE else None


def _certificate(tree: Tree) -> BranchingCertificate:
    used = [
        place
        for place in range(len(tree.crowds))
        if any(
            place < len(leaf.crowd_price) and leaf.crowd_price[place] > 0 for leaf in tree.leaves
        )
    ]
    crowd_price = np.zeros((len(tree.leaves), len(used)))
    for row, leaf in enumerate(tree.leaves):
        for column, place in enumerate(used):
            if place < len(leaf.crowd_price):
                crowd_price[row, column] = leaf.crowd_price[place]
    from planner.models.entanglement_scheduling.proofs.cases import cases_bound

    certificate = BranchingCertificate(
        value=tree.target,
        admitted=tuple(leaf.case.admitted for leaf in tree.leaves),
        left_out=tuple(leaf.case.left_out for leaf in tree.leaves),
        price=np.stack([leaf.price for leaf in tree.leaves]),
        cliques=tree.cliques,
        clique_price=np.stack([leaf.clique_price for leaf in tree.leaves]),
        crowds=tuple(tree.crowds[place] for place in used),
        crowd_price=crowd_price,
    )
    return certificate.model_copy(update={"value": cases_bound(tree.view, certificate)})
