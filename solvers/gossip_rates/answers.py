"""What every method answers where there is no plan at all."""

import numpy as np

from planner.models.gossip_rates.certificate import (
    FewEdgesCertificate,
    LeastCertificate,
    PiecesCertificate,
)
from planner.models.gossip_rates.check import (
    edges_needed,
    few_edges_reason,
    least_loads,
    least_reason,
    pieces_reason,
)
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components
from planner.solvers.contract import Answer

ROUNDING = 1e-9


def infeasible(instance: GossipRates) -> Answer | None:
    """Return the proof that there is no plan, or `None`.

    The network may be in pieces, its least rates may exceed a limit, or too few edges be allowed.
    """
    view = instance.view
    label = components(view.nodes, view.ends[view.usable])
    if label.max() > 0:
        proof = PiecesCertificate(side=np.flatnonzero(label == 0))
        return Answer(infeasible=True, certificate=proof, reasons=(pieces_reason(instance),))
    if view.count is not None and edges_needed(view) > view.count:
        few = FewEdgesCertificate()
        return Answer(infeasible=True, certificate=few, reasons=(few_edges_reason(instance),))
    share, total = least_loads(view)
    node = int(share.argmax())
    if total is not None and total > 1 + ROUNDING:
        return _least(instance, None)
    return _least(instance, node) if share[node] > 1 + ROUNDING else None


def _least(instance: GossipRates, node: int | None) -> Answer:
    proof = LeastCertificate(node=node)
    return Answer(infeasible=True, certificate=proof, reasons=(least_reason(instance, node),))
