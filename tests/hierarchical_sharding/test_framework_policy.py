"""Plans under `policy.frameworks`: one framework runs the whole plan, shapes and bits."""

import math

import numpy as np
import pytest

import planner as pl
from planner.models.hierarchical_sharding.capabilities import refusal
from planner.models.hierarchical_sharding.check import check_certificate
from planner.models.hierarchical_sharding.enumeration import optimum
from planner.models.hierarchical_sharding.evaluate import evaluate, shares_of
from planner.models.hierarchical_sharding.optimum import find_optimum, why_not
from planner.models.hierarchical_sharding.plan import MixedPlan, Sharding, Share
from planner.models.hierarchical_sharding.policy import smallest_allowed
from planner.models.hierarchical_sharding.samples import draw
from planner.solvers.contract import Run
from planner.solvers.hierarchical_sharding import mixed

ONE, NODE, N = (1, 1), (2, 1), (2, 2)
LOW = {
    "forward": [16, 8],
    "backward": [16, 8],
    "gradients": [16, 4],
    "sync": [16, 4],
    "update": [16, 8],
}
CHOICES = (
    ["deepspeed"],
    ["fsdp2"],
    ["internevo"],
    ["fsdp2", "deepspeed"],
    ["internevo", "fsdp2"],
    ["deepspeed", "internevo", "fsdp2"],
)
TEN = {"classes": [{"name": "layer", "count": 10, "parameters": 1e8, "unit_parameters": 0}]}


def sharding(p, q, g, o, **fields) -> Sharding:
    """Return a sharding from its vectors."""
    return Sharding(parameters=p, secondary=q, gradients=g, optimizer=o, **fields)


def runners(instance, plan) -> list[str]:
    """Return which frameworks of the policy can run a plan."""
    view = instance.view
    shares = shares_of(view, plan)
    return [name for name in view.frameworks if refusal(view, name, shares) is None]


@pytest.mark.parametrize(
    ("frameworks", "value"),
    [
        # Four gathers and four reduce-scatters of 0.01 s in pairs, an all-reduce of 0.1 s between.
        (["fsdp2"], 0.18),
        (["any"], None),
    ],
)
def test_fastest_bits_are_those_of_the_framework(build, frameworks, value) -> None:
    """FSDP2 sends 16 bits only, so fewer bits that the policy allows gain it nothing."""
    instance = build(
        precision=LOW,
        policy={"frameworks": frameworks},
        training={"microbatches": 4},
        limits={"memory": "10 GB"},
    )
    result = pl.solve(instance)
    assert result.status == "optimal"
    if value is None:
        assert result.value < 0.12
        return
    assert math.isclose(result.value, value, rel_tol=1e-9)
    assert set(result.plan.sharding.bits.model_dump().values()) == {16}


def test_quantised_deepspeed_splits_everything(build) -> None:
    """Where little memory forces stage 3, DeepSpeed's plan quantises as ZeRO++ does."""
    instance = build(
        precision=LOW,
        policy={"frameworks": ["deepspeed"]},
        training={"microbatches": 4},
        limits={"memory": "4 GB"},
    )
    result = pl.solve(instance)
    # Two gathers at half and one reduce-scatter at a quarter of 0.06 s, four times.
    assert math.isclose(result.value, 4 * 0.06 * (0.5 + 0.5 + 0.25), rel_tol=1e-9)
    bits = result.plan.sharding.bits
    assert (bits.forward, bits.backward, bits.gradients) == (8, 8, 4)


def test_bits_without_a_plan_are_proved_to_leave_none(build) -> None:
    """A policy whose bits a framework never sends leaves no plan, whatever the memory."""
    instance = build(
        precision={"gradients": 4, "sync": 4},
        policy={"frameworks": ["fsdp2"]},
        limits={"memory": "unlimited"},
    )
    result = pl.solve(instance)
    assert result.status == "infeasible"
    assert result.why[0].constraint == "policy.frameworks"


@pytest.mark.parametrize("frameworks", CHOICES, ids="+".join)
def test_uniform_optimum_equals_brute_force(frameworks) -> None:
    """On random policies of bits the optimum is what loops over each framework find."""
    compared = 0
    for seed in range(3000, 3040):
        data = draw(np.random.default_rng(seed))
        data["policy"] |= {"mixed": False, "frameworks": frameworks}
        for layer in data["model"].get("classes", []):
            layer.pop("expert_parallel", None)
        instance = pl.load(data)
        found, expected = find_optimum(instance.view), optimum(instance)
        assert (found.place is None) is (expected is None), seed
        if expected is None:
            continue
        assert math.isclose(found.time, expected, rel_tol=1e-9, abs_tol=1e-15), seed
        plan = found.plan(found.place)
        value = evaluate(instance, plan)
        assert value.violations == (), seed
        assert math.isclose(value.objective.value, expected, rel_tol=1e-9, abs_tol=1e-15), seed
        assert runners(instance, plan), seed
        compared += 1
    assert compared >= 10


@pytest.mark.parametrize(
    ("frameworks", "value"), [(["deepspeed"], 0.30), (["deepspeed", "internevo"], 0.22)]
)
def test_one_sharding_for_the_whole_model(build, frameworks, value) -> None:
    """DeepSpeed has ZeRO-2 (5.5 GB), InternEvo parameters by pair (5 GB), and neither mixes."""
    instance = build(
        model=TEN,
        training={"microbatches": 4},
        policy={"mixed": True, "frameworks": frameworks},
        limits={"memory": "6.5 GB"},
    )
    result = pl.solve(instance)
    assert (result.status, result.method) == ("optimal", "mixed")
    assert math.isclose(result.value, value, rel_tol=1e-6)
    assert len({share.sharding for share in shares_of(instance.view, result.plan)}) == 1
    assert runners(instance, result.plan)


@pytest.mark.parametrize("frameworks", CHOICES, ids="+".join)
def test_mixed_optimum_equals_brute_force(frameworks) -> None:
    """Where layers may differ, the optimum is the best plan that one framework runs alone."""
    compared = 0
    for seed in range(4000, 4030):
        data = draw(np.random.default_rng(seed))
        data["policy"] |= {"mixed": True, "frameworks": frameworks}
        instance = pl.load(data)
        if math.prod(instance.view.machine.fanout) > 16:
            continue
        answer, expected = mixed.solve(instance, Run()), optimum(instance)
        assert not (answer.infeasible and expected is not None), seed
        if expected is None or answer.plan is None:
            continue
        value = evaluate(instance, answer.plan)
        assert value.violations == (), seed
        assert math.isclose(value.objective.value, expected, rel_tol=1e-6, abs_tol=1e-15), seed
        assert answer.solver_bound <= expected * (1 + 1e-6)
        assert answer.certificate.value <= expected * (1 + 1e-9)
        checked = check_certificate(instance, answer.certificate)
        assert checked.violations == (), seed
        assert runners(instance, answer.plan), seed
        compared += 1
    assert compared >= 3


def test_plans_that_two_frameworks_share_are_faults(build) -> None:
    """Layers that different frameworks could run do not make a plan that one can run."""
    stage_2, strided = sharding(ONE, ONE, N, N), sharding(*[(1, 2)] * 4)
    plan = MixedPlan(
        shares=(
            Share(layer="layer", count=5, sharding=stage_2),
            Share(layer="layer", count=5, sharding=strided),
        )
    )
    policy = {"mixed": True, "frameworks": ["deepspeed", "fsdp2"]}
    found = evaluate(build(model=TEN, policy=policy), plan).violations
    assert [fault.code for fault in found] == ["not-expressible"]
    assert "deepspeed has one sharding" in found[0].where
    policy["frameworks"] = ["any"]
    assert evaluate(build(model=TEN, policy=policy), plan).violations == ()


def test_bits_a_framework_cannot_send_are_faults(build) -> None:
    """The evaluator holds bits against the frameworks of the policy, not shapes alone."""
    plan = MixedPlan(
        shares=(Share(layer="layer", count=10, sharding=sharding(*[N] * 4, bits={"gradients": 4})),)
    )
    allowed = {"precision": LOW, "model": TEN}
    for name, codes in {"fsdp2": ["not-expressible"], "deepspeed": []}.items():
        instance = build(policy={"frameworks": [name]}, **allowed)
        assert [fault.code for fault in evaluate(instance, plan).violations] == codes


def test_least_memory_of_frameworks_that_do_not_mix(build) -> None:
    """Whether layers may differ changes nothing for a framework that splits all alike."""
    policy = {"frameworks": ["internevo"]}
    alike = build(model=TEN, policy=policy)
    apart = build(model=TEN, policy={**policy, "mixed": True})
    assert smallest_allowed(apart.view) == smallest_allowed(alike.view) == 4e9


def test_experts_under_a_framework_without_them(build) -> None:
    """DeepSpeed has no plan for experts on other devices; the reason does not ask for `mixed`."""
    classes = [
        {"name": "dense", "count": 2, "parameters": 1e8},
        {"name": "experts", "count": 2, "parameters": 4e8, "expert_parallel": 2},
    ]
    instance = build(
        model={"classes": classes},
        policy={"mixed": True, "frameworks": ["deepspeed"]},
        limits={"memory": "unlimited"},
    )
    result = pl.solve(instance)
    assert result.status == "infeasible"
    assert result.why[0].constraint == "policy.frameworks"
    assert "allow" not in why_not(instance.view)
