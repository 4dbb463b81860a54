"""Builders of task sets, and how a baseline is run on them."""

import importlib

import pytest

from planner.models.entanglement_scheduling.evaluate import evaluate
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Run
from planner.solvers.entanglement_scheduling.baselines import BASELINES


def load(data):
    """Validate data and check its references."""
    instance = EntanglementScheduling.model_validate(data)
    assert list(instance.cross_check()) == []
    return instance


@pytest.fixture
def instance_of():
    """Return a function that makes an instance of its topology, its workload and more."""

    def make(**parts):
        head = {"problem": "entanglement_scheduling", "schema_version": 1, "name": "small"}
        return load(head | parts)

    return make


@pytest.fixture
def tasks(instance_of):
    """Return a function: (length, period, busy) per task, on a line of `size` nodes."""

    def make(*entries, size=4):
        listed = [
            {"length": c, "period": p, "busy": busy or {"0-C0": [[0, c]]}}
            for c, p, busy in ((*entry, None)[:3] for entry in entries)
        ]
        return instance_of(
            topology={"kind": "line", "size": size}, workload={"kind": "tasks", "tasks": listed}
        )

    return make


@pytest.fixture
def random_tasks(tasks):
    """Return a function that draws tasks which generate links in turn along a line."""

    def make(rng, count=12, size=5):
        entries = []
        for _ in range(count):
            hops = int(rng.integers(1, size))
            first = int(rng.integers(0, size - hops))
            last = [int(each) for each in rng.integers(1, 4, hops)]
            length = sum(last) + 1
            period = int(2 ** rng.integers((2 * length - 1).bit_length(), 8))
            entries.append((length, period, chain(first, last, length)))
        return tasks(*entries, size=size)

    return make


def chain(first, slots, length):
    """Return what a protocol holds that generates links from left to right and swaps at the end."""
    busy, at = {}, 0
    for hop, duration in enumerate(slots):
        for node, kind in ((first + hop, "S0"), (first + hop + 1, "S1")):
            busy.setdefault(f"{node}-C0", []).append([at, at + duration])
            busy[f"{node}-{kind}"] = [[at, length]]
        at += duration
    return {name: merged(spans) for name, spans in busy.items()}


def merged(spans):
    """Join intervals that touch."""
    found = []
    for begin, end in sorted(spans):
        if found and found[-1][1] == begin:
            found[-1][1] = end
        else:
            found.append([begin, end])
    return found


@pytest.fixture
def solve():
    """Return a function that runs a baseline and evaluates its plan: (answer, evaluation)."""

    def run(instance, method, **options):
        entry = next(each.entry for each in BASELINES if each.name == method)
        module, function = entry.split(":")
        answer = getattr(importlib.import_module(module), function)(instance, Run(options=options))
        return answer, evaluate(instance, answer.plan)

    return run
