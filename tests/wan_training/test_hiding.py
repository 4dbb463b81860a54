"""A fragment is called hidden exactly where a simulation of it alone never waits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.models.wan_training.hiding import hiding_of
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.rhythm import Rhythm, rhythm_of, transfer_seconds
from planner.models.wan_training.timeline import makespan
from planner.models.wan_training.variants import family, plan_of


def waits(rhythm: Rhythm, transfer: float, steps: int) -> bool:
    """Return whether a step waits; nothing may be under way at the end of the steps counted."""
    counted = replace(rhythm, steps=steps)
    span = float(makespan(counted, np.array([transfer]))[0])
    return span > steps * rhythm.profile.step_time * (1 + 1e-12)


@pytest.mark.parametrize("latency", ["0 s", "3 ms"])
@pytest.mark.parametrize("overlap", [0, 1, 2])
@pytest.mark.parametrize("layers", [[0], [2, 4], [1, 3, 5], [0, 1, 2, 3, 4, 5]])
def test_window_is_sharp(make: Any, layers: list[int], overlap: int, latency: str) -> None:
    """A fragment alone, of any layers: a little less than the window is hidden, more is not."""
    instance = make(link__latency=latency)
    fragment = np.array([0 if layer in layers else 1 for layer in range(6)])
    send_step = [4, 9][: len(set(fragment.tolist()))]
    plan = SchedulePlan(
        schedule="overlap", inner_steps=10, fragment=fragment, send_step=send_step,
        overlap_steps=overlap, bits=16,
    )  # fmt: skip
    rhythm = rhythm_of(instance, plan)
    rhythm = replace(rhythm, sends={4: rhythm.sends[4]})
    left = float(hiding_of(instance, plan, 1e9).window[0]) - len(layers) * instance.link.latency
    if left <= 0:
        assert waits(rhythm, 1e-9, 9)
        return
    whole = left * 6 / len(layers)
    assert not waits(rhythm, 0.999 * whole, 9)
    assert waits(rhythm, 1.001 * whole, 9)


def test_published_schedules_hide_from_the_bandwidth_told(make: Any) -> None:
    """With fragments alone on the link, `hidden_from` is where stalls end; dp is never hidden."""
    instance = make(choices__fragment_interval=[4], choices__inner_steps=[12])
    plan = plan_of(family(instance, "overlap")[0], 6)
    least = hiding_of(instance, plan, 1e9).bandwidth
    assert least is not None
    rhythm, transfer = (
        rhythm_of(instance, plan),
        transfer_seconds(instance, plan, np.array([least])),
    )
    assert not waits(rhythm, 0.999 * float(transfer[0]), 14)
    assert waits(rhythm, 1.001 * float(transfer[0]), 14)
    assert hiding_of(instance, plan, least * 1.0001).is_hidden.tolist() == [1, 1, 1]
    assert hiding_of(instance, plan, least * 0.999).is_hidden.tolist() != [1, 1, 1]
    assert hiding_of(instance, plan_of(family(instance, "dp")[0], 6), 1e9).bandwidth is None


def test_co2_window_is_a_period(make: Any) -> None:
    """CO2 is hidden exactly if tau t_step >= T_AR."""
    instance = make()
    plan = plan_of(family(instance, "co2")[0], 6)
    least = 2 * 6e8 / (10 * 0.17)
    assert hiding_of(instance, plan, 1e9).bandwidth == pytest.approx(least, rel=1e-12)
    assert hiding_of(instance, plan, least).is_hidden.tolist() == [1]
    assert hiding_of(instance, plan, least * 0.999).is_hidden.tolist() == [0]
