"""What bounds the schedules of baselines: prices, as for every other method."""

import numpy as np

from planner.models.base.artefacts import Certificate
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Run
from planner.solvers.entanglement_scheduling.prices import Proof, first_proof

NOTHING = Proof(None, None, infeasible=False, cliques=(), fractional={})


def proof_of(instance: EntanglementScheduling, run: Run) -> Proof:
    """Return the best bound that the check can repeat; nothing once the run is to stop."""
    return NOTHING if run.stopping() is not None else first_proof(instance.view, run)


def widened(view: View, certificate: Certificate | None) -> Certificate | None:
    """Return a bound at the same prices that holds for any protocol, with pauses or without.

    Rigid tasks hold no less of any qubit when they pause, but pairs of them that exclude each other
    may not do so then. Demands may be served by protocols that are not offered.
    """
    from planner.models.entanglement_scheduling.certificate import (
        NodeUseCertificate,
        UtilisationCertificate,
    )
    from planner.models.entanglement_scheduling.proofs.bounds import alternatives_of, price_bound
    from planner.models.entanglement_scheduling.proofs.needs import node_use_bound

    if not isinstance(certificate, UtilisationCertificate):
        return certificate
    price, none = certificate.price, np.zeros(0)
    if view.is_rigid:
        value = price_bound(view, price, (), none, alternatives_of(view))
        return UtilisationCertificate(value=value, price=price, clique_price=none)
    # Pools with even numbers are the communication qubits of the nodes.
    by_node = price[::2].copy()
    most = node_use_bound(view, by_node)
    return None if most is None else NodeUseCertificate(value=most, price=by_node)
