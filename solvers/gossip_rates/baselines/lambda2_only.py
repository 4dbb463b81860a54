"""The rates of the fastest mixing, whatever the objective: a common stand-in, and a trap."""

from collections.abc import Callable
from dataclasses import replace

from planner.models.gossip_rates.certificate import EmbeddingCertificate
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates import closed_forms, lowrank, newton
from planner.solvers.gossip_rates.baselines.proofs import no_rates, restated, with_view

NEWTON_EDGES = 1_500
"""Above so many edges points in few dimensions are faster than Newton's method."""


def refuses(instance: GossipRates) -> str | None:
    """Return why the baseline is not for an instance, or `None`."""
    wrong = no_rates(instance.view.objective)
    return wrong if wrong is not None or _method(instance) is not None else newton.refuses(instance)


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the rates with the largest lambda_2 within the limits, and their embedding."""
    answer = (_method(instance) or newton.solve)(_mixing(instance), run)
    if answer.infeasible:
        return answer
    proof = None
    if isinstance(answer.certificate, EmbeddingCertificate):
        proof = restated(instance.view, answer.certificate)
    return Answer(plan=answer.plan, certificate=proof, stopped_by=answer.stopped_by)


def _method(instance: GossipRates) -> Callable[[GossipRates, Run], Answer] | None:
    """Return the first of the exact and the bounded methods that takes the instance."""
    mixing = _mixing(instance)
    if closed_forms.refuses(mixing) is None:
        return closed_forms.solve
    if newton.refuses(mixing) is None and instance.view.edges <= NEWTON_EDGES:
        return newton.solve
    return lowrank.solve if lowrank.refuses(mixing) is None else None


def _mixing(instance: GossipRates) -> GossipRates:
    view: View = replace(instance.view, objective="fastest_mixing")
    return with_view(instance, view)
