"""What each method picks, refuses and says, beside the optimum."""

import math

import numpy as np
import pytest

import planner as pl
from planner.models.base.errors import CapabilityError
from planner.models.hierarchical_sharding.divisors import Vectors
from planner.models.hierarchical_sharding.enumeration import optimum
from planner.models.hierarchical_sharding.plan import MixedPlan
from planner.solvers.contract import Budget, Run
from planner.solvers.hierarchical_sharding import amsp, exhaustive, mixed, named
from planner.solvers.hierarchical_sharding.methods import choose

LAYERS = {"classes": [{"name": "layer", "count": 10, "parameters": 1e8, "unit_parameters": 0}]}
MIXED = {
    "model": LAYERS,
    "training": {"microbatches": 4},
    "policy": {"mixed": True},
    "limits": {"memory": "5.5 GB"},
}
MANY = ((8, 450), (9, 2000), (16, 3600), (32, 28800), (4, 460800))


def test_auto_picks_by_policy_and_size(build, hierarchy) -> None:
    """Mixed plans, few plans, many plans, and plans that no exact method takes."""
    assert choose(build()).method == "exhaustive"
    assert choose(build(**MIXED)).method == "mixed"
    assert choose(build(hierarchy(*MANY))).method == "levels"
    overlapped = {"training": {"overlap": "prefetch"}, "objective": "step_time"}
    assert choose(build(hierarchy(*MANY), **overlapped)).method == "blocks"
    assert choose(build(hierarchy(*MANY), policy={"mixed": True})).method == "uniform"


def test_methods_for_uniform_plans_refuse_mixed_ones(build) -> None:
    """Whoever asks for every plan is not given the best of some."""
    for method in ("exhaustive", "levels"):
        with pytest.raises(CapabilityError, match="uniform"):
            pl.solve(build(**MIXED), method)
    with pytest.raises(CapabilityError, match=r"policy\.mixed"):
        pl.solve(build(), "mixed")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"training": {"collectives": "pipelined"}}, "training.collectives"),
        (
            {"training": {"overlap": "prefetch"}, "objective": "step_time"},
            "training.overlap",
        ),
        ({"policy": {"frameworks": ["fsdp2"]}}, "policy.frameworks"),
        ({"limits": {"communicators": 2}}, "limits.communicators"),
    ],
)
def test_level_tables_say_where_they_do_not_apply(build, fields, field) -> None:
    """Times that are no sum over levels are refused with the field that makes them so."""
    assert field in exhaustive.refuses_levels(build(**fields))


def test_blocks_bring_a_plan_and_the_floor(build, hierarchy) -> None:
    """Where no exact method applies there still is a plan that fits, and an honest gap."""
    instance = build(
        hierarchy(*MANY),
        model={"parameters": 1e12, "unit_parameters": 1e10},
        training={"overlap": "prefetch", "microbatches": 4, "forward": "1 s", "backward": "2 s"},
        limits={"memory": "96 GB"},
        objective="step_time",
    )
    result = pl.solve(instance)
    assert result.status == "feasible"
    assert result.bound_source == "certificate"
    assert result.gap > 0


def test_mixing_beats_the_best_uniform_plan(build) -> None:
    """Half of the layers at either point of the front, as the relaxation has it."""
    result = pl.solve(build(**MIXED), "mixed")
    assert isinstance(result.plan, MixedPlan)
    assert sorted(share.count for share in result.plan.shares) == [5, 5]
    assert math.isclose(result.value, 0.185, rel_tol=1e-9)
    assert result.bound_source == "certificate"
    best = pl.solve(build(**MIXED), "uniform")
    assert (best.status, best.bound_source) == ("feasible", "certificate")
    assert math.isclose(best.value, 0.22, rel_tol=1e-9)


@pytest.mark.parametrize("backend", ["highs", "cbc"])
def test_both_backends_find_the_mixed_optimum(build, backend) -> None:
    """HiGHS and CBC solve the same programme."""
    layer = {"name": "layer", "count": 3, "parameters": 1e8, "unit_parameters": 0}
    limits = {"memory": "1.64 GB", "communicators": 2}
    instance = build(**{**MIXED, "model": {"classes": [layer]}, "limits": limits})
    answer = mixed.solve(instance, Run(options={"backend": backend}))
    assert answer.objective == pytest.approx(optimum_with(instance), rel=1e-6)


def optimum_with(instance: pl.Instance) -> float:
    """Return the optimum by brute force; there is one."""
    value = optimum(instance)
    assert value is not None
    return value


def test_limit_on_groups_that_no_mixture_keeps(build, hierarchy) -> None:
    """With groups that classes cannot share, infeasibility is the solver's word and named so."""
    classes = [
        {"name": "dense", "parameters": 1e8, "unit_parameters": 0},
        {"name": "experts", "parameters": 8e8, "unit_parameters": 0, "expert_parallel": 2},
    ]
    instance = build(
        hierarchy((2, 100), (2, 50)),
        model={"classes": classes},
        policy={"mixed": True},
        limits={"communicators": 1},
    )
    result = pl.solve(instance, "mixed")
    assert optimum(instance) is None
    assert result.status == "infeasible"
    assert not result.verified
    assert result.provenance.solver == "HiGHS"


def test_time_limit_keeps_the_best_plan(build) -> None:
    """A run without time keeps the uniform plan, with a bound that holds."""
    answer = mixed.solve(build(**MIXED), Run(Budget(time_limit=0.0)))
    assert answer.stopped_by == "time"
    assert answer.solver_bound is None or answer.solver_bound <= 0.185 * (1 + 1e-9)
    assert answer.certificate is not None
    assert answer.certificate.value <= 0.185 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("parameters", "chosen"),
    [("6.7e9", ((1, 1), (1, 1), (8, 1))), ("13e9", ((4, 1), (4, 1), (8, 1)))],
)
def test_amsp_makes_the_published_choice(build, parameters, chosen) -> None:
    """Table IV of AMSP (arXiv 2311.00257): factors of parameters, gradients and optimizer."""
    instance = build(
        {"kind": "cluster", "cluster": "amsp_a800", "fanouts": [8, 64]},
        model={"parameters": float(parameters), "unit_parameters": 0},
        training={"microbatches": 2},
        limits={"memory": "80 GB", "reserve": "42 GB"},
    )
    result = pl.solve(instance, "amsp")
    found = result.plan.sharding
    assert (found.parameters, found.gradients, found.optimizer) == chosen
    assert found.secondary == found.parameters
    assert "AMSP's own cost model" in " ".join(result.provenance.notes)


def test_amsp_pays_for_gradients_and_parameters_apart(build) -> None:
    """Two all-reduces between micro-batches, one at the end, and a broadcast: 3 x 0.12 + 0.06 s."""
    view = build(training={"microbatches": 3}).view
    vectors = Vectors((2, 2))
    one, whole = np.array([0]), np.array([len(vectors) - 1])
    (time,) = amsp._times(view, vectors, (one, whole, whole), 0)
    assert time == pytest.approx(0.42)
    (time,) = amsp._times(view, vectors, (whole, whole, whole), 0)
    assert time == pytest.approx(3 * 3 * 0.06)


def test_amsp_says_when_nothing_fits_its_count(build) -> None:
    """Its smallest plan is returned, and breaks the limit."""
    result = pl.solve(build(limits={"memory": "3 GB"}), "amsp")
    assert result.status == "violates_limits"
    assert "No plan of AMSP fits" in " ".join(result.provenance.notes)


def test_named_plans_need_one_group_for_all(build, hierarchy) -> None:
    """Experts on their own devices leave no sharding for the whole model."""
    classes = [
        {"name": "dense", "parameters": 1e8},
        {"name": "experts", "parameters": 8e8, "expert_parallel": 2},
    ]
    instance = build(model={"classes": classes}, policy={"mixed": True})
    assert named.refuses(instance) is not None
    with pytest.raises(CapabilityError):
        pl.solve(instance, "zero3")


@pytest.mark.parametrize("overlap", ["none", "prefetch"])
@pytest.mark.parametrize("memory", ["9 GB", "14 GB", "40 GB"])
def test_batch_and_recomputation_are_chosen_together(build, overlap, memory) -> None:
    """Micro-batches, recomputation and sharding together are those of brute force."""
    batch = {
        "sequences": 8,
        "activations": "2 GB",
        "forward": "20 ms",
        "backward": "40 ms",
        "recomputation": [
            {"name": "none", "activations": 1.0, "forward": 0.0},
            {"name": "full", "activations": 0.1, "forward": 1.0},
        ],
    }
    instance = build(
        training={"batch": batch, "overlap": overlap},
        limits={"memory": memory},
        objective="step_time",
    )
    result = pl.solve(instance)
    assert result.value == pytest.approx(optimum_with(instance), rel=1e-9)
    assert result.status == "optimal"


def test_recomputation_is_chosen_where_memory_asks_for_it(build) -> None:
    """Computing activations again costs a forward pass, and is done only where they do not fit."""
    batch = {
        "sequences": 1,
        "activations": "8 GB",
        "forward": "20 ms",
        "backward": "40 ms",
        "recomputation": [
            {"name": "none", "activations": 1.0, "forward": 0.0},
            {"name": "full", "activations": 0.1, "forward": 1.0},
        ],
    }
    fields = {"training": {"batch": batch}, "objective": "step_time"}
    wide = pl.solve(build(**fields, limits={"memory": "16 GB"}))
    tight = pl.solve(build(**fields, limits={"memory": "9 GB"}))
    assert wide.metrics["schedule"] == "1x1-none"
    assert tight.metrics["schedule"] == "1x1-full"
    assert tight.metrics["compute_time"] == pytest.approx(0.08)


def test_keeping_gathers_is_no_duty_without_gathers(build) -> None:
    """With `keep: [true]` plans that replicate the parameters stay allowed."""
    instance = build(policy={"keep": [True]}, training={"microbatches": 4})
    result = pl.solve(instance)
    assert result.plan.sharding.parameters == (1, 1)
    assert result.value == pytest.approx(optimum_with(instance), rel=1e-9)


def test_unreachable_policy_names_what_is_in_the_way(build) -> None:
    """The reason names the field, and what there would be without it."""
    instance = build(
        model={"parameters": 1e9, "unit_parameters": 1e9},
        policy={"frameworks": ["fsdp2"]},
        limits={"memory": "7.5 GB"},
    )
    (reason,) = pl.solve(instance).why
    assert (reason.code, reason.constraint) == ("policy-excludes", "policy.frameworks")
    assert "7 GB" in reason.message
