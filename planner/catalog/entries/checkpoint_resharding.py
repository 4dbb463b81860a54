"""Catalog entry of checkpoint re-sharding."""

from planner.catalog.problem import Problem

PROBLEM = Problem(
    name="checkpoint_resharding",
    title="Re-sharding of checkpoints and live training state",
    summary="Bring sharded training state to another layout with the fewest bytes moved.",
    models="planner.models.checkpoint_resharding",
    solvers="planner.solvers.checkpoint_resharding",
    samples="planner.models.checkpoint_resharding.samples:draw",
    enumerate_optimum="planner.models.checkpoint_resharding.enumeration:optimum",
    instances="instances/checkpoint_resharding",
)
