"""What every method answers where there is no plan at all."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.gossip_rates.certificate import (
    FewEdgesCertificate,
    LeastCertificate,
    PiecesCertificate,
)
from planner.models.gossip_rates.check import (
    can_run,
    edges_needed,
    exchanges_within,
    few_edges_reason,
    least_loads,
    least_reason,
    pieces_reason,
)
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer

ROUNDING = 1e-9
MOST_CROWDED = 200
"""Nodes with least rates up to which odd sets are looked for."""


def infeasible(instance: GossipRates) -> Answer | None:
    """Return the proof that there is no plan, or `None`.

    Its least rates may exceed a limit, the network be in pieces, or too few edges be allowed.
    """
    view = instance.view
    share, total = least_loads(view)
    node = int(share.argmax())
    if total is not None and total > 1 + ROUNDING:
        return _least(instance, LeastCertificate())
    if share[node] > 1 + ROUNDING:
        return _least(instance, LeastCertificate(node=node))
    if (members := _crowded(view)) is not None:
        return _least(instance, LeastCertificate(members=members))
    label = components(view.nodes, view.ends[can_run(view)])
    if label.max() > 0:
        proof = PiecesCertificate(side=np.flatnonzero(label == 0))
        return Answer(infeasible=True, certificate=proof, reasons=(pieces_reason(instance),))
    if view.count is not None and edges_needed(view) > view.count:
        few = FewEdgesCertificate()
        return Answer(infeasible=True, certificate=few, reasons=(few_edges_reason(instance),))
    return None


def _crowded(view: View) -> IntArray | None:
    """Return an odd set of nodes whose least rates are too much for rounds, or `None`.

    Rates below feasible ones are feasible, so that the least rates decide.
    """
    busy = np.unique(view.ends[view.least > 0])
    if not view.is_matching or not 2 < len(busy) <= MOST_CROWDED:
        return None
    from planner.solvers.gossip_rates.odd_sets import violated_sets

    found = violated_sets(view, view.least * view.duration)
    return found[0] if found and _excess(view, found[0]) > ROUNDING else None


def _excess(view: View, members: IntArray) -> float:
    return 2 * exchanges_within(view, members) / (len(members) - 1) - 1


def _least(instance: GossipRates, proof: LeastCertificate) -> Answer:
    reason = least_reason(instance, proof)
    return Answer(infeasible=True, certificate=proof, reasons=(reason,))
