"""Puts an earlier plan and proof onto a changed network, node by node and edge by edge, by name."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import COMBINATORIAL
from planner.models.gossip_rates.bounds import balance, price_messages
from planner.models.gossip_rates.carry_cases import carried_tree
from planner.models.gossip_rates.certificate import (
    CasesCertificate,
    GossipCertificate,
    LeastCertificate,
    MessagesCertificate,
    PiecesCertificate,
    Priced,
)
from planner.models.gossip_rates.choices import CaseTree
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.matchings import matching_faults
from planner.models.gossip_rates.plan import GossipPlan, MatchingPlan, RatesPlan
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.view import View


def carry_over(
    old: GossipRates,
    new: GossipRates,
    plan: GossipPlan | None,
    certificate: GossipCertificate | None,
) -> tuple[GossipPlan | None, GossipCertificate | None]:
    """Return plan and certificate with the nodes and edges of the changed instance.

    What is lost is left out; edges that are new have a rate of zero, and new nodes lie where the
    mean of their neighbours does. What is returned claims the old values: it has to be evaluated
    and checked like any other.
    """
    where = _Places(old, new)
    if plan is not None and _plan_fits(old.view, plan):
        before = plan
        plan = _plan(where, before)
        if isinstance(plan, RatesPlan) and isinstance(before, RatesPlan):
            plan = _in_proportion(old, new, before, plan)
    if certificate is not None and _proof_fits(old.view, certificate):
        if isinstance(certificate, CasesCertificate):
            certificate = _cases(where, certificate)
        else:
            certificate = _certificate(where, certificate)
    return plan, certificate


def _in_proportion(
    old: GossipRates, new: GossipRates, before: RatesPlan, after: RatesPlan
) -> RatesPlan:
    """Return rates that take the share of the budget that they took before.

    Where nobody gave a budget its total of 1 is but the unit of all rates; only their proportions
    are a plan. A budget that was given stays the user's, and a plan that breaks it does.
    """
    implicit = all(one.budget.total is None and one.view.total is not None for one in (old, new))
    cost = float(new.view.cost @ after.rate)
    if not implicit or new.objective in SYNCHRONOUS or cost <= 0:
        return after
    share = float(old.view.cost @ before.rate) / cost
    if abs(share - 1) <= COMBINATORIAL:
        return after
    return after.model_copy(update={"rate": after.rate * share, "calls": after.calls * share})


def _plan_fits(view: View, plan: GossipPlan) -> bool:
    if isinstance(plan, MatchingPlan):
        return not any(matching_faults(view, plan))
    places = (plan.dropped >= 0) & (plan.dropped < view.edges)
    fits = plan.rate.shape == (view.edges,) and len(plan.calls) in (0, view.edges)
    return fits and bool(places.all())


def _proof_fits(view: View, proof: GossipCertificate) -> bool:
    """Return whether every column has one entry per node or edge of the old network."""
    values = dict(proof)
    if isinstance(proof, CasesCertificate):
        return proof.points.size > 0 and len(proof.points) % view.nodes == 0
    by_node = [values[name] for name in ("points", "positive", "negative") if name in values]
    prices = [values.get(name, ()) for name in ("node_price", "clock_price")]
    by_node += [price for price in prices if len(price)]
    by_edge = [values[name] for name in ("theta", "reference") if name in values]
    places = [values[name] for name in ("side", "set_node", "members") if name in values]
    start = values.get("set_start", np.zeros(0, dtype=np.int64))
    sets = len(values.get("set_price", ()))
    rises = len(start) == sets + 1 and start[-1] == len(values["set_node"]) and start[0] == 0
    return (
        all(len(column) == view.nodes for column in by_node)
        and all(len(column) == view.edges for column in by_edge)
        and all(((nodes >= 0) & (nodes < view.nodes)).all() for nodes in places)
        and (not sets or bool(rises and (np.diff(start) >= 0).all()))
    )


class _Places:
    """For each node and edge of the new network its place in the old one, -1 where it is new."""

    def __init__(self, old: GossipRates, new: GossipRates) -> None:
        named, names = old.topology.names(), new.topology.names()
        self.view: View = new.view
        self.nodes, self.edges = old.view.nodes, old.view.edges
        found = [named.find(name) for name in names[0 : len(names)]]
        self.node = np.array([-1 if place is None else place for place in found], dtype=np.int64)
        both = np.sort(self.node[new.view.ends], axis=1)
        known = both[:, 0] >= 0
        size = old.view.nodes
        key = old.view.ends[:, 0] * size + old.view.ends[:, 1]
        wanted = np.where(known, both[:, 0] * size + both[:, 1], -1)
        place = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        hit = known & (key[place] == wanted) if len(key) else known & False
        self.edge: IntArray = np.where(hit, place, -1)
        kept, source = np.flatnonzero(self.edge >= 0), self.edge[self.edge >= 0]
        # Prices that follow the largest change still pay for every edge that was there before.
        before, after = old.view, new.view
        self.slower = _largest(before.duration[source], after.duration[kept])
        self.cheaper = _largest(before.cost[source], after.cost[kept])

    def new_number(self, place: IntArray, count: int) -> IntArray:
        """Return the number in the new network of each old one, -1 for what is gone."""
        number = np.full(count, -1, dtype=np.int64)
        kept = np.flatnonzero(place >= 0)
        number[place[kept]] = kept
        return number


def _largest(before: FloatArray, after: FloatArray) -> float:
    """Return the largest ratio of a figure before to the one after, 1 where there is none."""
    known = after > 0
    return float((before[known] / after[known]).max()) if known.any() else 1.0


def _plan(where: _Places, plan: GossipPlan) -> GossipPlan:
    if isinstance(plan, MatchingPlan):
        most = int(plan.edge.max()) + 1 if len(plan.edge) else 0
        number = where.new_number(where.edge, max(most, int(where.edge.max(initial=-1)) + 1))
        edge = number[plan.edge]
        turn = np.repeat(np.arange(len(plan.share)), np.diff(plan.start))[edge >= 0]
        start = np.append(0, np.cumsum(np.bincount(turn, minlength=len(plan.share))))
        return plan.model_copy(update={"edge": edge[edge >= 0], "start": start.astype(np.int64)})
    rate = _spread(where.edge, plan.rate)
    was_dropped = np.zeros(len(plan.rate), dtype=bool)
    was_dropped[plan.dropped] = True
    dropped = np.flatnonzero((where.edge >= 0) & was_dropped[where.edge])
    calls = plan.calls
    if len(calls):
        # Where the ends have changed places, the calls of the other direction come first.
        turned = np.diff(where.node[where.view.ends], axis=1)[:, 0] < 0
        calls = _spread(where.edge, calls)
        calls = np.where(turned, rate - calls, calls)
    return plan.model_copy(update={"rate": rate, "dropped": dropped, "calls": calls})


def _certificate(where: _Places, proof: GossipCertificate) -> GossipCertificate | None:
    values = dict(proof)
    for name in ("points", "positive", "negative"):
        if name in values:
            values[name] = _points(where, values[name])
    values |= _node_prices(where, values)
    if "reference" in values:
        values |= _multipliers(where, values)
    if isinstance(proof, Priced):
        values |= {"total_price": proof.total_price * where.cheaper, **_sets(where, proof)}
    if isinstance(proof, PiecesCertificate):
        values["side"] = np.flatnonzero(np.isin(where.node, proof.side))
    if isinstance(proof, LeastCertificate) and proof.node is not None:
        kept = np.flatnonzero(where.node == proof.node)
        if not len(kept):
            return None
        values["node"] = int(kept[0])
    if isinstance(proof, LeastCertificate) and len(proof.members):
        # A set that loses a node is no odd set any more.
        values["members"] = np.flatnonzero(np.isin(where.node, proof.members))
    if isinstance(proof, MessagesCertificate):
        values["beta"] = _best_beta(where.view, proof.model_copy(update=values))
    return proof.model_copy(update=values)


def _cases(where: _Places, proof: CasesCertificate) -> CasesCertificate | None:
    """Return the tree of cases with its edges renumbered, and each table of points carried over."""
    tables = proof.points.reshape(-1, where.nodes, proof.points.shape[-1])
    points = np.concatenate([_points(where, table) for table in tables])
    number = where.new_number(where.edge, where.edges)
    tree = carried_tree(where.view, number, CaseTree(proof.branch, proof.place, points))
    if tree is None:
        return None
    return proof.model_copy(
        update={"branch": tree.branch, "place": tree.place, "points": tree.points}
    )


def _node_prices(where: _Places, values: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the prices of nodes at their new places; an exchange may take more or less time."""
    scales = {"node_price": where.slower, "clock_price": 1.0}
    return {
        name: _spread(where.node, values[name]) * scale
        for name, scale in scales.items()
        if len(values.get(name, ()))
    }


def _best_beta(view: View, proof: MessagesCertificate) -> float:
    """Return the beta that gives the multipliers their best bound, the old one if there is none."""
    terms = price_messages(view, proof.points, proof.theta, proof.reference)
    if terms is None or view.objective != "fewest_messages":
        return proof.beta
    stretch, square, _ = terms
    cost = view.cost[view.usable]
    return balance(stretch[view.usable] / cost, square[view.usable] / cost)


def _multipliers(where: _Places, values: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return reference rates and multipliers; a new edge gets the mean rate and no multiplier.

    A reference may be any positive rates.
    """
    usable, rate = where.view.usable, _spread(where.edge, values["reference"])
    mean = float(rate[rate > 0].mean()) if (rate > 0).any() else 1.0
    found = {"reference": np.where(usable, np.where(rate > 0, rate, mean), 0.0)}
    if "theta" in values:
        found["theta"] = np.where(usable, _spread(where.edge, values["theta"]), 0.0)
    return found


def _spread(place: IntArray, column: FloatArray) -> FloatArray:
    """Return the old figures at their new places, zero for what is new."""
    if not len(column):
        return np.zeros(len(place))
    return np.where(place >= 0, column[np.maximum(place, 0)], 0.0)


def _points(where: _Places, points: FloatArray) -> FloatArray:
    known = where.node >= 0
    found = np.where(known[:, None], points[np.maximum(where.node, 0)], 0.0)
    if known.all():
        return found
    # Any points give a bound; those at their neighbours' mean stretch no edge far.
    total, count = np.zeros_like(found), np.zeros(len(found))
    for a, b in (where.view.ends.T, where.view.ends.T[::-1]):
        np.add.at(total, a, np.where(known[b][:, None], found[b], 0.0))
        np.add.at(count, a, known[b].astype(float))
    return np.where(known[:, None], found, total / np.maximum(count, 1)[:, None])


def _sets(where: _Places, proof: Priced) -> dict[str, FloatArray | IntArray]:
    """Return the odd sets that are whole in the new network, with their prices."""
    if not len(proof.set_price):
        return {}
    most = int(max(where.node.max(), proof.set_node.max())) + 1
    number = where.new_number(where.node, most)
    sets = np.split(number[proof.set_node], proof.set_start[1:-1])
    whole = [place for place, nodes in enumerate(sets) if (nodes >= 0).all()]
    lengths = [len(sets[place]) for place in whole]
    nodes = np.concatenate([sets[place] for place in whole]) if whole else np.zeros(0, np.int64)
    return {
        "set_price": proof.set_price[whole] * where.slower,
        "set_start": np.append(0, np.cumsum(lengths)).astype(np.int64),
        "set_node": nodes.astype(np.int64),
    }
