"""Which frameworks can run a plan, and what the nearest plan they can run loses."""

from dataclasses import replace

import numpy as np
import pytest

from planner.models.hierarchical_sharding.capabilities import FRAMEWORKS, refusal
from planner.models.hierarchical_sharding.evaluate import evaluate, shares_of
from planner.models.hierarchical_sharding.optimum import find_optimum
from planner.models.hierarchical_sharding.plan import MixedPlan, Share
from planner.models.hierarchical_sharding.verdict import verdict, verdicts

N, NODE, ONE = (4, 2), (4, 1), (1, 1)
LEVELS = [(4, 100), (2, 40)]


@pytest.mark.parametrize(
    ("vectors", "keep", "able"),
    [
        ((ONE, ONE, ONE, ONE), False, {"deepspeed", "fsdp2", "internevo"}),  # data parallel
        ((ONE, ONE, ONE, N), False, {"deepspeed", "internevo"}),  # ZeRO-1
        ((ONE, ONE, N, N), False, {"deepspeed", "internevo"}),  # ZeRO-2
        ((N, N, N, N), False, {"deepspeed", "fsdp2", "internevo"}),  # ZeRO-3
        ((N, N, N, N), True, {"fsdp2"}),  # SHARD_GRAD_OP
        ((N, NODE, N, N), False, {"deepspeed", "fsdp2"}),  # hpZ
        ((N, ONE, N, N), False, {"fsdp2"}),  # a second copy of everything
        ((NODE, NODE, NODE, NODE), False, {"deepspeed", "fsdp2", "internevo"}),  # MiCS
        ((NODE, NODE, NODE, N), False, {"internevo"}),  # node and optimizer over all
        (((1, 2), (1, 2), (1, 2), (1, 2)), False, {"fsdp2"}),  # strided group
    ],
)
def test_who_can_run_what(make, plan, vectors, keep, able):
    """Named plans have the frameworks that are documented for them."""
    view = make(LEVELS).view
    shares = shares_of(view, plan(*vectors, keep=keep))
    assert {name for name in FRAMEWORKS if refusal(view, name, shares) is None} == able


@pytest.mark.parametrize(
    ("vectors", "bits", "able"),
    [
        ((N, N, N, N), {"forward": 8, "backward": 8, "gradients": 4}, True),
        ((N, N, N, N), {"forward": 8, "backward": 16}, False),
        ((N, NODE, N, N), {"forward": 8, "backward": 16, "gradients": 4}, True),
        ((N, N, N, N), {"gradients": 8}, False),
        ((NODE, NODE, NODE, NODE), {"forward": 8, "backward": 8}, False),
        ((ONE, ONE, N, N), {"gradients": 4}, False),
        # Collectives that never run may have any bits.
        ((N, N, N, N), {"sync": 4, "update": 8}, True),
    ],
)
def test_bits_of_deepspeed(make, plan, vectors, bits, able):
    """Only stage 3 quantises: weights with 8 bits in both passes, gradients with 4."""
    every = {name: [16, 8, 4] for name in ("forward", "backward", "gradients", "sync", "update")}
    view = make(LEVELS, precision=every).view
    assert (refusal(view, "deepspeed", shares_of(view, plan(*vectors, **bits))) is None) == able
    if bits.keys() & {"forward", "gradients"}:
        assert refusal(view, "fsdp2", shares_of(view, plan(*[N] * 4, **bits))) is not None


def test_expressible_plan_is_its_own_nearest(make, plan):
    """A plan that can be run loses nothing."""
    chosen = plan(N, N, N, N)
    found = verdict(make(LEVELS), "deepspeed", chosen)
    assert found.expressible
    assert found.nearest.plan == chosen
    assert (found.nearest.lost_time, found.nearest.lost_memory) == (0, 0)


def test_loss_of_w1_by_hand(make, plan):
    """With 5 GB the best plan takes 0.22 s; DeepSpeed and FSDP2 are left with hpZ at 0.52 s."""
    instance = make([(2, 100), (2, 20)], limits={"memory": "5 GB"}, training={"microbatches": 4})
    found = {v.framework: v for v in verdicts(instance, plan((2, 1), (2, 1), (2, 1), (2, 2)))}
    for name in ("deepspeed", "fsdp2"):
        near = found[name].nearest
        assert not found[name].expressible
        assert near.plan.sharding.secondary == (2, 1)
        assert (near.time, near.lost_time) == pytest.approx((0.52, 0.30))
        assert near.lost_memory == pytest.approx(0)
    assert found["internevo"].expressible


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_nearest_is_the_optimum_of_the_framework(make, plan, framework, seed):
    """The nearest plan equals the search over all plans with the framework asked for."""
    rng = np.random.default_rng(seed)
    levels = [(int(rng.choice([2, 3, 4])), float(rng.integers(20, 200))) for _ in range(3)]
    training = {"microbatches": int(rng.integers(1, 4))}
    instance = make(levels, training=training, limits={"memory": f"{rng.uniform(3, 14)} GB"})
    fanout = instance.view.machine.fanout
    odd = plan((fanout[0], 1, 1), (1, 1, 1), (fanout[0], 1, fanout[2]), fanout)
    found = verdict(instance, framework, odd)
    optimum = find_optimum(replace(instance.view, frameworks=(framework,)))
    if optimum.place is None:
        assert found.nearest is None
        assert f"{optimum.front.memory[0] / 1e9:.6g} GB" in found.reason
        return
    assert found.nearest.time == pytest.approx(optimum.time, rel=1e-9)
    assert found.nearest.memory == pytest.approx(optimum.memory, rel=1e-9)


def test_nearest_keeps_to_the_policy(make, plan):
    """Bits that the user did not allow are not proposed, kept gathers neither."""
    quantised = {"forward": [16, 8], "backward": [16, 8], "gradients": [16, 4]}
    memory = {"memory": "3 GB"}
    for precision, expected in ((quantised, (8, 8, 4)), ({}, (16, 16, 16))):
        instance = make(LEVELS, precision=precision, limits=memory)
        near = verdict(instance, "deepspeed", plan(N, N, N, N, gradients=8)).nearest
        bits = near.plan.sharding.bits
        assert (bits.forward, bits.backward, bits.gradients) == expected
        assert evaluate(instance, near.plan).violations == ()


@pytest.mark.parametrize("seed", range(12))
def test_nearest_plans_can_be_run_and_are_allowed(make, plan, seed):
    """Whatever the policy, a nearest plan breaks none of it, and its framework can run it."""
    rng = np.random.default_rng(seed)
    choices = {"forward": [[16, 8], 8, 16], "gradients": [[16, 4], 4, 16], "sync": [16, 4, [8, 4]]}
    choices["backward"] = [[8, 16], 16, 8]
    precision = {name: options[rng.integers(3)] for name, options in choices.items()}
    policy = {"secondary": bool(rng.integers(2)), "keep": [[False], [False, True]][rng.integers(2)]}
    limits = {"memory": f"{rng.uniform(2.5, 12)} GB"}
    instance = make(
        LEVELS, precision=precision, policy=policy, limits=limits, training={"microbatches": 4}
    )
    for found in verdicts(instance, plan(NODE, ONE, (4, 1), N, forward=4)):
        assert (found.nearest is None) == (found.reason is not None)
        if found.nearest is not None:
            shares = shares_of(instance.view, found.nearest.plan)
            assert refusal(instance.view, found.framework, shares) is None
            assert evaluate(instance, found.nearest.plan).violations == ()


def test_quantised_gradients_are_no_reason_for_stage_2(make, plan):
    """Stage 2 is faster, and would be the fastest with 4 bits, but only stage 3 sends those."""
    instance = make(
        LEVELS,
        precision={"gradients": [16, 4]},
        limits={"memory": "6 GB"},
        training={"microbatches": 4},
    )
    near = verdict(instance, "deepspeed", plan(NODE, NODE, NODE, N)).nearest
    assert refusal(instance.view, "deepspeed", shares_of(instance.view, near.plan)) is None
    bits = near.plan.sharding.bits
    assert (bits.gradients == 4) == (near.plan.sharding.parameters == N)


def test_bits_that_no_framework_sends(make, plan):
    """Where the policy forbids every setting of a framework there is no nearest plan."""
    instance = make(LEVELS, precision={"forward": 4, "sync": 8}, policy={"keep": [False]})
    chosen = plan(NODE, NODE, NODE, N, forward=4, sync=8)
    found = verdict(instance, "fsdp2", chosen)
    assert found.nearest is None
    assert found.reason == "no plan of fsdp2 keeps to the policy"


def test_mixed_plans_run_where_modules_have_meshes(make, plan):
    """FSDP2 shards module by module; DeepSpeed has one sharding for all."""
    classes = [{"name": "block", "count": 10, "parameters": 1e8}]
    instance = make(LEVELS, model={"classes": classes}, policy={"mixed": True})
    shares = tuple(
        Share(layer="block", count=count, sharding=plan(*[v] * 4).sharding)
        for count, v in ((4, NODE), (6, N))
    )
    found = {v.framework: v for v in verdicts(instance, MixedPlan(shares=shares))}
    assert found["fsdp2"].expressible
    assert "one sharding for the whole model" in found["deepspeed"].refusal
    assert found["deepspeed"].nearest is not None


def test_experts_have_no_nearest_uniform_plan(make, plan):
    """Where experts live on other devices than the rest no single sharding is proposed."""
    classes = [
        {"name": "dense", "parameters": 1e8},
        {"name": "experts", "parameters": 8e8, "expert_parallel": 4},
    ]
    instance = make(LEVELS, model={"classes": classes}, policy={"mixed": True})
    shares = (
        Share(layer="dense", count=1, sharding=plan(*[N] * 4).sharding),
        Share(layer="experts", count=1, sharding=plan(*[(1, 2)] * 4).sharding),
    )
    found = {v.framework: v for v in verdicts(instance, MixedPlan(shares=shares))}
    assert found["deepspeed"].nearest is None
    assert "classes share their state" in found["deepspeed"].reason
