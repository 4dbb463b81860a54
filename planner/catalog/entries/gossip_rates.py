"""Catalog entry of gossip rates."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="gossip_rates",
    title="Gossip rates on graphs",
    summary="How often each link should average, for the fewest messages or the least time.",
    models="planner.models.gossip_rates",
    solvers="planner.solvers.gossip_rates",
    combinatorial=False,
    samples="planner.models.gossip_rates.samples:draw",
    instances="instances/gossip_rates",
)
