"""What `planner explain` and `solve --previous` say about plans."""

import planner as pl
from planner.models.hierarchical_sharding.changes import changes
from planner.models.hierarchical_sharding.explain import explain
from planner.models.hierarchical_sharding.plan import MixedPlan, Sharding, Share, UniformPlan


def sharding(shards: tuple[int, int], **more: object) -> Sharding:
    """Return a sharding with all states split alike."""
    states = dict.fromkeys(("parameters", "secondary", "gradients", "optimizer"), shards)
    return Sharding(**{**states, **more})


def test_memory_binds_where_it_is_full(build) -> None:
    """The field of the largest kind of memory is named, then the busiest level."""
    instance = build(training={"microbatches": 4}, limits={"memory": "5 GB"})
    reasons = explain(instance, pl.solve(instance).plan, None)
    assert [reason.code for reason in reasons] == ["memory-binds", "collective-binds"]
    assert reasons[0].where == "model.optimizer_bytes"


def test_slow_level_is_named(build) -> None:
    """The outer level has a tenth of the rate; ZeRO-3 spends its time there."""
    instance = build(training={"microbatches": 4})
    plan = UniformPlan(sharding=sharding((2, 2)))
    (reason,) = explain(instance, plan, None)
    assert (reason.code, reason.where) == ("collective-binds", "level1")


def test_compute_binds_where_it_takes_longer(build) -> None:
    """A step whose communication hides is limited by its computation."""
    training = {"forward": "1 s", "backward": "2 s", "overlap": "prefetch"}
    instance = build(training=training, objective="step_time")
    codes = [reason.code for reason in explain(instance, pl.solve(instance).plan, None)]
    assert codes[0] == "compute-binds"


def test_unreadable_plans_are_not_explained(build) -> None:
    """Nothing is said of a plan that does not fit the machine."""
    assert explain(build(), UniformPlan(sharding=sharding((3, 3))), None) == []


def test_changes_of_uniform_plans() -> None:
    """Each vector, the keeping of gathers, the bits and the schedule count once."""
    old = UniformPlan(sharding=sharding((2, 2)))
    assert changes(old, old) == 0
    new = UniformPlan(sharding=sharding((2, 2), gradients=(1, 1), keep=True), schedule=1)
    assert changes(old, new) == 3


def test_changes_of_mixed_plans() -> None:
    """Layers that had the same sharding before do not count, wherever they stand."""
    one, other = sharding((2, 2)), sharding((1, 1))

    def plan(first: int, second: int) -> MixedPlan:
        shares = [("a", first, one), ("a", second, other)]
        return MixedPlan(shares=tuple(Share(layer=n, count=c, sharding=s) for n, c, s in shares))

    assert changes(plan(5, 5), plan(7, 3)) == 2
    assert changes(plan(5, 5), UniformPlan(sharding=one)) is None
