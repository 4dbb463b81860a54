"""What every method answers for a network in pieces."""

import numpy as np

from planner.models.gossip_rates.certificate import PiecesCertificate
from planner.models.gossip_rates.check import pieces_reason
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components
from planner.solvers.contract import Answer


def infeasible(instance: GossipRates) -> Answer | None:
    """Return the proof that the network is in pieces, or `None` if it holds together."""
    view = instance.view
    label = components(view.nodes, view.ends[view.usable])
    if not label.max():
        return None
    proof = PiecesCertificate(side=np.flatnonzero(label == 0))
    return Answer(infeasible=True, certificate=proof, reasons=(pieces_reason(instance),))
