"""Training over wide-area links: variants simulated per second, against plain event simulation.

Peers: the same schedules played node by node in plain Python, one bandwidth after the other, as
one would write them down first.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import planner as pl
from benchmarks.driver import Case, Figure
from planner.models.wan_training.curve import grid
from planner.models.wan_training.rhythm import rhythm_of, transfer_seconds
from planner.models.wan_training.variants import family, plan_of

INSTANCES = Path(__file__).parents[1] / "instances" / "wan_training"


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller sizes first."""
    for model in ["1b"] if quick else ["1b", "10b", "100b"]:
        for method in ["streaming"] if quick else ["dp", "streaming", "overlap"]:
            yield _curve(model, method)
    for periods in [4] if quick else [4, 20]:
        yield _choice(periods)


def _curve(model: str, method: str) -> Case:
    """The published table: the bandwidth for a utilisation of 0.9 among 50.

    Ours has everything in its time: loading, the bound, the re-check.
    """
    path = INSTANCES / f"streaming_diloco_{model}.yaml"
    contenders = {
        "topoplan": partial(_solve, path, method),
        "plain Python": partial(_plain, path, method),
    }
    return Case("50 bandwidths", f"{model}, {method}", contenders)


def _choice(periods: int) -> Case:
    """All variants of many periods, fragments and precisions at one bandwidth."""
    data = pl.load(INSTANCES / "three_sites.yaml").data()
    data["choices"] |= {
        "inner_steps": list(range(20, 20 + periods)),
        "fragment_layers": [1, 2, 3, 4, 6],
        "outer_bits": [16, 8, 4],
    }
    return Case("best variant", f"{periods} periods", {"topoplan": partial(_solve, data, "auto")})


def _solve(source: Path | dict[str, Any], method: str) -> Figure:
    result = pl.solve(source, method)
    bound = result.bound if result.bound_verified else None
    return Figure(result.value, bound, str(result.metrics["schedule"]))


def _plain(path: Path, method: str) -> Figure:
    """Play every step of every bandwidth; return the published figure of the curve."""
    instance = pl.load(path)
    plan = plan_of(family(instance, method)[0], instance.model.layers)
    points = grid(instance.search)
    transfers = transfer_seconds(instance, plan, points)
    steps, sends = rhythm_of(instance, plan).steps, _layers_sent(plan)
    curve = [_play(instance, plan, sends, steps, float(each)) for each in transfers]
    below = np.flatnonzero(np.maximum.accumulate(curve) < instance.target_utilisation)
    return Figure(float(points[below[-1]]), None, "one float at a time")


def _layers_sent(plan: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for fragment, step in enumerate(plan.send_step.tolist()):
        found.setdefault(step, set()).update(np.flatnonzero(plan.fragment == fragment).tolist())
    return found


def _play(
    instance: Any, plan: Any, sends: dict[int, set[int]], steps: int, transfer: float
) -> float:
    layers, time = instance.model.layers, instance.model.step_time
    node, each = time / (3 * layers - 1), transfer / layers
    clock = free = 0.0
    ready: dict[int, dict[int, float]] = {}
    for step in range(1, steps + 1):
        waits = ready.pop(step, {})
        for layer in range(layers):
            clock = max(clock, waits.get(layer, 0.0)) + node
        sent = sends.get((step - 1) % plan.inner_steps + 1, set())
        for layer in reversed(range(layers)):
            clock += 2 * node if layer else node
            if layer in sent:
                free = max(free, clock) + each
                ready.setdefault(step + 1 + plan.overlap_steps, {})[layer] = free
    return steps * time / max([clock, *(end for waits in ready.values() for end in waits.values())])
