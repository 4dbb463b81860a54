"""The evaluator, which counts bytes device by device, against the formulas of the cost model."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

import planner as pl
from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.groups import by_first_device
from planner.models.hierarchical_sharding.options import all_options
from planner.models.hierarchical_sharding.plan import MixedPlan, Sharding, Share, UniformPlan
from planner.models.hierarchical_sharding.samples import draw
from planner.models.hierarchical_sharding.search import Space


@pytest.mark.parametrize("block", range(4))
def test_counting_agrees_with_the_formulas(block: int) -> None:
    """Time and memory of random plans on random machines agree to 1e-9."""
    for seed in range(30 * block, 30 * block + 30):
        rng = np.random.default_rng(seed)
        data = draw(rng)
        data["policy"]["mixed"] = False
        for layer in data["model"].get("classes", []):
            layer.pop("expert_parallel", None)
        instance = pl.load(data)
        space = Space(instance.view)
        plans = next(space.lattice.blocks())
        for place, variant in itertools.product(rng.integers(0, len(plans), 3), space.variants):
            row = Numbers(*[getattr(plans, name)[[place]] for name in Numbers.__slots__])
            memory, time = space.costs(row, variant)
            if not np.isfinite(time[0]):
                continue
            chosen = space.plan_of(row, variant).sharding
            found = evaluate(instance, UniformPlan(sharding=chosen, schedule=variant.schedule))
            assert math.isclose(found.objective.value, time[0], rel_tol=1e-9, abs_tol=1e-15), seed
            assert math.isclose(found.metrics["memory"], memory[0], rel_tol=1e-9), seed


def test_mixed_plans_add_up_with_experts(build, hierarchy) -> None:
    """Classes whose experts live on different devices cost what their options say."""
    classes = [
        {"name": "dense", "count": 3, "parameters": 1e8},
        {"name": "experts", "count": 2, "parameters": 8e8, "expert_parallel": 4},
    ]
    levels = hierarchy((4, 100), (6, 50), latency="2 us")
    instance = build(levels, model={"classes": classes}, policy={"mixed": True})
    rng = np.random.default_rng(7)
    options = all_options(instance.view)
    for _ in range(20):
        picked = [int(rng.integers(len(each))) for each in options]
        shares = tuple(
            Share(layer=each.layer.name, count=each.layer.count, sharding=each.sharding(pick))
            for each, pick in zip(options, picked, strict=True)
        )
        found = evaluate(instance, MixedPlan(shares=shares))
        rows = [each.layer.count * each.terms[p] for each, p in zip(options, picked, strict=True)]
        forward, backward, once, memory = np.sum(rows, axis=0)
        assert math.isclose(found.objective.value, forward + backward + once, rel_tol=1e-9)
        state = sum(found.metrics[f"memory_{name}"] for name in STATES)
        assert math.isclose(state, memory, rel_tol=1e-9)


STATES = ("parameters", "secondary", "gradients", "optimizer", "kept")


def test_equal_groups_of_different_classes_count_once(build, hierarchy) -> None:
    """A group is the same for experts and other layers where it has the same devices."""
    classes = [
        {"name": "dense", "parameters": 1e8},
        {"name": "experts", "parameters": 8e8, "expert_parallel": 2},
    ]
    levels = hierarchy((2, 100), (2, 50))
    instance = build(levels, model={"classes": classes}, policy={"mixed": True})
    outer = {name: (1, 1) for name in ("parameters", "secondary", "gradients")}
    dense = Sharding(**outer, optimizer=(2, 1))
    experts = Sharding(**outer, optimizer=(1, 1))
    shares = (
        Share(layer="dense", count=1, sharding=dense),
        Share(layer="experts", count=1, sharding=experts),
    )
    # Pairs for the optimizer of the dense layer; its replicas, and those of experts, across pairs.
    assert evaluate(instance, MixedPlan(shares=shares)).metrics["communicators"] == 2


def test_groups_are_named_by_their_first_device() -> None:
    """Equal groups come out alike, however they were numbered."""
    for label in ([1, 0, 1, 0], [0, 1, 0, 1]):
        assert by_first_device(np.array(label)).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parameters": (2,)}, "shards-levels"),
        ({"optimizer": (3, 2)}, "shards-divide"),
        ({"gradients": (1, 1)}, "shards-chain"),
        ({"keep": True, "secondary": (1, 1)}, "keep-pointless"),
    ],
)
def test_plans_that_cannot_be_read(build, change, code) -> None:
    """Shapes and chains are checked before anything is counted."""
    whole = (2, 2)
    states = dict.fromkeys(("parameters", "secondary", "gradients", "optimizer"), whole)
    plan = UniformPlan(sharding=Sharding(**{**states, **change}))
    found = evaluate(build(), plan)
    assert found.objective.value is None
    assert code in {violation.code for violation in found.violations}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"policy": {"keep": [True]}}, "keep-not-allowed"),
        ({"policy": {"secondary": False}}, "secondary-not-allowed"),
        ({"policy": {"frameworks": ["internevo"]}}, "not-expressible"),
        ({"precision": {"update": 8}}, "bits-not-allowed"),
        ({"limits": {"communicators": 1}}, "communicators-over-limit"),
        ({"limits": {"memory": "4 GB"}}, "memory-over-limit"),
    ],
)
def test_plans_that_break_the_policy(build, fields, code) -> None:
    """What the instance does not allow is named, and the plan is still priced."""
    states = {"parameters": (2, 2), "secondary": (2, 1), "gradients": (2, 2), "optimizer": (2, 2)}
    found = evaluate(build(**fields), UniformPlan(sharding=Sharding(**states)))
    assert code in {violation.code for violation in found.violations}
    assert found.objective.value is not None


def test_layers_have_to_be_assigned(build) -> None:
    """Missing layers, unknown classes and schedules are named."""
    one = (1, 1)
    sharding_ = Sharding(parameters=one, secondary=one, gradients=one, optimizer=one)
    shares = (Share(layer="other", count=1, sharding=sharding_),)
    found = evaluate(build(), MixedPlan(shares=shares, schedule=3))
    codes = {violation.code for violation in found.violations}
    assert codes == {"layer-unknown", "layers-unassigned", "schedule-unknown"}


def test_view_is_frozen(build) -> None:
    """The compiled view cannot be changed behind an instance's back."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        build().view.memory = 1.0
