"""Closed forms: values, their proofs, and what they leave to others."""

import math
from typing import Any

import numpy as np
import pytest

from planner.models.gossip_rates import Instance, check_certificate, evaluate
from planner.solvers.contract import Run
from planner.solvers.gossip_rates import closed_forms

MIXING, MESSAGES, RESISTANCE = "fastest_mixing", "fewest_messages", "total_resistance"


def family(name: str, size: list[int], objective: str, **more: Any) -> Instance:
    """Return an instance of a family."""
    topology = {"kind": "family", "family": name, "size": size}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": name, "objective": objective}
    return Instance.model_validate({**head, "topology": topology, **more})


def solved(instance: Instance) -> tuple[float, float]:
    """Return the value of the plan and the bound of its proof, both recomputed."""
    answer: Any = closed_forms.solve(instance, Run())
    checked = check_certificate(instance, answer.certificate)
    evaluation = evaluate(instance, answer.plan)
    assert not checked.violations
    assert not evaluation.violations
    value = evaluation.objectives[0].value
    assert value is not None
    return value, checked.bounds[instance.objective]


@pytest.mark.parametrize(
    ("name", "size", "objective", "value"),
    [
        ("complete", [16], MIXING, 2 / 15),
        ("complete", [2], MESSAGES, 1 / math.sqrt(2)),
        ("complete", [16], MESSAGES, 15 / math.sqrt(2)),
        ("star", [300], MESSAGES, 299.0),
        ("star", [36], MIXING, 1 / 35),
        ("cycle", [5], MIXING, 0.276393202250021),
        ("cycle", [300], MESSAGES, math.sqrt(300 * 299) / (2 * math.sin(math.pi / 300))),
        ("path", [4], MIXING, 0.2),
        ("path", [4], MESSAGES, 3 / (2 * math.sin(math.pi / 8))),
        ("path", [36], MESSAGES, 35 / (2 * math.sin(math.pi / 72))),
        ("complete_bipartite", [3, 7], MIXING, 1 / 7),
        ("complete_bipartite", [7, 3], MESSAGES, math.sqrt(63)),
        ("complete_bipartite", [1, 1], MIXING, 2.0),
        ("hypercube", [4], MESSAGES, math.sqrt(15 * 16)),
        ("torus", [6, 6], MIXING, (1 - math.cos(math.pi / 3)) / 36),
        ("torus", [6, 6], MESSAGES, math.sqrt(35 * 72)),
        ("grid", [17, 17], MIXING, 6 / (289 * 288)),
        ("binary_tree", [4], MIXING, 0.0028901734104046),
        ("star", [36], RESISTANCE, 35 * 35 * 35.0),
    ],
)
def test_values_are_reached_and_proved(
    name: str, size: list[int], objective: str, value: float
) -> None:
    """Plan and bound meet at the value of the closed form (Sun et al. 2006, and derived)."""
    found, bound = solved(family(name, size, objective))
    assert found == pytest.approx(value, rel=1e-9)
    assert bound == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("objective", [MIXING, RESISTANCE])
def test_random_trees_with_costs(seed: int, objective: str) -> None:
    """The balance of a tree with any costs gives rates whose points prove them."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 14))
    edges = [
        {"a": f"n{rng.integers(k)}", "b": f"n{k}", "cost": float(rng.uniform(0.2, 3))}
        for k in range(1, count)
    ]
    topology = {"kind": "graph", "nodes": [f"n{k}" for k in range(count)], "edges": edges}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": "t", "objective": objective}
    found, bound = solved(Instance.model_validate({**head, "topology": topology}))
    assert found == pytest.approx(bound, rel=1e-8)


def test_unequal_sides_multiply() -> None:
    """Factors of different length share the budget: 1 / lambda_2 adds up over them."""
    found, bound = solved(family("grid", [2, 3, 4], MIXING))
    single = [12 / (n * (n * n - 1)) for n in (2, 3, 4)]
    shares = [24 / n for n in (2, 3, 4)]
    wanted = 1 / sum(share / one for share, one in zip(shares, single, strict=True))
    assert found == pytest.approx(wanted, rel=1e-9)
    assert bound == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "size", "objective", "more"),
    [
        ("wheel", [8], MIXING, {}),
        ("grid", [4, 4], MESSAGES, {}),
        ("torus", [4, 6], MESSAGES, {}),
        ("cycle", [5], MIXING, {"budget": {"node": 1}}),
        ("cycle", [5], "fdla", {}),
    ],
)
def test_what_has_no_closed_form_is_refused(
    name: str, size: list[int], objective: str, more: dict[str, Any]
) -> None:
    """Other networks, objectives and limits are refused with a reason."""
    assert closed_forms.refuses(family(name, size, objective, **more)) is not None
