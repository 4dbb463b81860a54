"""What a loaded instance is: frozen, canonical, with an origin, and light to load."""

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from planner.catalog import registry
from planner.catalog.problem import resolve
from planner.loading import load_instance, validate
from planner.loading.collector import paused_collector
from planner.models.base.instance import Origin

Write = Callable[..., Path]

INSTANCES = sorted((Path(__file__).parents[2] / "instances").rglob("*.yaml"))

FULL = """\
description: every field
units: normalised
colour: green
cargo: {kind: bag, labels: [x, y]}
loose: 7
limit: 9
window: [0.1, 1e-300, 1e300]
van:
  speed: 3
  places: [a, b]
  visits: [{at: a, load: 0.30000000000000004}]
  seats: {a: [1], "b.c": [2, 3]}
"""


def test_canonical_data_load_again(write: Write) -> None:
    """The canonical JSON of an instance is a valid instance with the same digest."""
    for body in (FULL, FULL.replace("units: normalised\n", "").replace("3\n", "3 GiB/s\n", 1)):
        if "units" not in body:
            body = body.replace("0.30000000000000004", "0.3 Tbit")
        instance = load_instance(write(body))
        again = validate(instance.data())
        assert again.data() == instance.data()
        assert again.sha256() == instance.sha256()
        assert again == load_instance(instance.data())


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.stem)
def test_shipped_instances_load_again(path: Path) -> None:
    """Every shipped instance is in order, and its canonical data load to an equal one."""
    instance = load_instance(path)
    again = validate(instance.data(), folder=path.parent, origin=instance.origin)
    assert again.sha256() == instance.sha256()
    assert again == instance


def test_samples_load_again() -> None:
    """Small random instances survive the way through their canonical data."""
    for problem in registry.problems():
        if problem.samples is None:
            continue
        draw = resolve(problem.samples)
        for seed in range(30):
            instance = load_instance(draw(np.random.default_rng(seed)))
            again = load_instance(instance.data())
            assert again.sha256() == instance.sha256()
            assert again == instance


def test_origin_names_the_file_without_its_folder(write: Write) -> None:
    """The origin is the same on every machine."""
    assert load_instance(write(FULL)).origin == Origin(source="depot.yaml")
    assert load_instance(load_instance(write(FULL)).data()).origin == Origin()


def test_layout_does_not_change_the_digest(write: Write) -> None:
    """Comments, order and notation are no part of what is hashed."""
    one = load_instance(write("van: {speed: 8 Gbit/s}\ncolour: red\n"))
    other = load_instance(write("# same\ncolour: 'red'\nvan:\n  speed: 1.0e3 MB/s\n", "other.yaml"))
    assert one.sha256() == other.sha256()


def test_loading_stays_light() -> None:
    """Importing the loader brings in no solver, no scipy, no networkx and no pint."""
    code = (
        "import sys, planner.loading; "
        "print([name for name in ('scipy', 'networkx', 'pint', 'highspy', 'ortools', 'pulp', "
        "'cvxpy', 'rich', 'planner.solvers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_is_left_as_it_was(is_on: bool) -> None:
    """Reading pauses the collector of cycles, and turns it on again only where it was on."""
    before = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        with paused_collector():
            assert not gc.isenabled()
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if before else gc.disable)()
