"""Random instances and the template are sound."""

from importlib import resources

import numpy as np
import pytest
import yaml

from planner.models.flow_splitting import Instance
from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.enumeration import optimum
from planner.models.flow_splitting.proofs.reachability import find_unreachable
from planner.models.flow_splitting.samples import draw
from planner.models.flow_splitting.traffic import AllPairs


def sample(seed):
    data = draw(np.random.default_rng(seed))
    return Instance.model_validate(data, context={"normalised": True})


@pytest.mark.parametrize("seed", range(60))
def test_samples_are_sound(seed):
    """Every sample passes its checks, has a plan, and survives its own JSON."""
    instance = sample(seed)
    assert list(instance.cross_check()) == []
    assert find_unreachable(instance.view) is None
    again = Instance.model_validate(instance.data(), context={"normalised": True})
    assert again.sha256() == instance.sha256()


@pytest.mark.parametrize("seed", range(60))
def test_bounds_of_samples(seed):
    """The simple bounds of a sample are no higher than its optimum, where that is known."""
    instance = sample(seed)
    best = optimum(instance)
    steps = instance.view.steps
    bound = sum(step.repeat * best_simple_proof(instance.view, step).value for step in steps)
    assert best is None or bound <= best


def test_samples_cover_the_problem():
    """Among a few hundred samples there is one of everything."""
    seen = set()
    for seed in range(300):
        instance = sample(seed)
        view = instance.view
        seen.add(view.splitting)
        seen.update(instance.workload.forms())
        seen.add("graph" if view.network is not None else "fabric")
        if view.fabric is not None:
            rates = np.unique(view.fabric.up)
            seen.update({"failed"} if rates[0] == 0 else ())
            seen.update({"mixed"} if len(rates[rates > 0]) > 1 else ())
            seen.update({"lanes"} if view.fabric.lanes > 1 else ())
            seen.update({"nic"} if view.fabric.nic is not None else ())
        seen.update("all pairs" for step in view.steps if isinstance(step.traffic, AllPairs))
    assert seen == {
        "free",
        "equal",
        "whole",
        "flows",
        "demands",
        "collective",
        "graph",
        "fabric",
        "failed",
        "mixed",
        "lanes",
        "nic",
        "all pairs",
    }


def test_template():
    """The template is a sound instance with traffic across the fabric."""
    text = resources.files("planner.models.flow_splitting").joinpath("template.yaml").read_text()
    instance = Instance.model_validate(yaml.safe_load(text))
    assert list(instance.cross_check()) == []
    assert find_unreachable(instance.view) is None
    (step,) = instance.view.steps
    assert len(step.traffic.crosses) == 32
