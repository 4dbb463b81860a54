"""The plans of frameworks, against filtering the lattice of all plans."""

import numpy as np
import pytest

from planner.models.hierarchical_sharding.candidates import framework_plans
from planner.models.hierarchical_sharding.capabilities import FRAMEWORKS
from planner.models.hierarchical_sharding.divisors import Vectors
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.lattice import Lattice

NAMES = (
    "parameters",
    "secondary",
    "gradients",
    "optimizer",
    "optimizer_gradients",
    "optimizer_parameters",
)


def _rows(plans):
    return {tuple(row) for row in np.stack([getattr(plans, n) for n in NAMES], axis=1).tolist()}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("secondary", [True, False])
@pytest.mark.parametrize("fanout", [(1,), (4,), (2, 2), (4, 1, 6), (6, 4), (2, 4, 12)])
def test_same_plans_as_filtering_all(framework, secondary, fanout):
    """What is made for a framework is exactly what the rule picks from the lattice."""
    vectors = Vectors(fanout)
    expected = set()
    for block in Lattice(vectors, secondary=secondary).blocks():
        able = expressible((framework,), vectors, block, keep=False)
        able |= expressible((framework,), vectors, block, keep=True)
        columns = [getattr(block, name)[able] for name in NAMES]
        expected |= {tuple(row) for row in np.stack(columns, axis=1).tolist()}
    found = framework_plans(vectors, framework, secondary=secondary)
    assert _rows(found) == expected
    assert len(found) == len(expected)


def test_large_machines_take_few_plans():
    """On a machine of 69 million plans each framework has far fewer."""
    vectors = Vectors((8, 9, 16, 32, 4))
    sizes = {name: len(framework_plans(vectors, name, secondary=True)) for name in FRAMEWORKS}
    assert max(sizes.values()) < 100_000
    assert min(sizes.values()) > 10
