"""Every variant that the choices of an instance allow, and the plan each of them stands for."""

import math
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.models.wan_training.description import Choices, Schedule
from planner.models.wan_training.plan import SchedulePlan

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

FP4 = 4
"""Bits per parameter of the 4-bit outer gradients of Streaming DiLoCo."""


class Variant(NamedTuple):
    """One combination of choices; what a schedule does not use is `None`."""

    schedule: Schedule
    inner_steps: int
    bits: int
    fragment_layers: int | None = None
    fragment_interval: int | None = None
    """`None` also where the fragments are spread evenly."""
    overlap_steps: int | None = None

    def __str__(self) -> str:
        words = [self.schedule, f"H={self.inner_steps}", f"{self.bits} bit"]
        if self.fragment_layers is not None:
            words.append(f"{self.fragment_layers} layers")
        if self.fragment_interval is not None:
            words.append(f"every {self.fragment_interval}")
        if self.overlap_steps is not None:
            words.append(f"tau={self.overlap_steps}")
        return " ".join(words)


def variants_of(
    schedule: Schedule, choices: Choices, gradient_bits: int, outer_bits: tuple[int, ...]
) -> list[Variant]:
    """Return the variants of one schedule, in the order of the lists."""
    if schedule == "dp":
        return [Variant("dp", 1, gradient_bits)]
    whole = product(choices.inner_steps, outer_bits)
    if schedule in ("diloco", "co2"):
        return [Variant(schedule, steps, bits) for steps, bits in whole]
    delays: tuple[int | None, ...] = choices.overlap_steps if schedule == "overlap" else (None,)
    intervals: tuple[int | None, ...] = choices.fragment_interval or (None,)
    return [
        Variant(schedule, steps, bits, layers, interval, delay)
        for (steps, bits), layers, interval, delay in product(
            whole, choices.fragment_layers, intervals, delays
        )
    ]


def allowed_variants(instance: "WanTraining") -> list[Variant]:
    """Return every variant that the choices allow, whatever the limits say."""
    choices = instance.choices
    bits = (instance.model.gradient_bits, choices.outer_bits)
    return [found for name in choices.schedules for found in variants_of(name, choices, *bits)]


def family(instance: "WanTraining", name: str) -> list[Variant]:
    """Return the variants of a published method, be they allowed or not.

    `name` is a schedule or `fp4`, which is `overlap` with 4 bits. All others send the most bits
    that the choices name.
    """
    choices = instance.choices
    schedule: Schedule = "overlap" if name == "fp4" else name  # type: ignore[assignment]
    bits = FP4 if name == "fp4" else max(choices.outer_bits)
    return variants_of(schedule, choices, instance.model.gradient_bits, (bits,))


def count_variants(choices: Choices) -> int:
    """Return how many variants there are, without listing them."""
    whole = len(choices.inner_steps) * len(choices.outer_bits)
    pieces = whole * len(choices.fragment_layers) * max(1, len(choices.fragment_interval))
    counts = {"dp": 1, "streaming": pieces, "overlap": pieces * len(choices.overlap_steps)}
    return sum(counts.get(name, whole) for name in choices.schedules)


def plan_of(variant: Variant, layers: int) -> SchedulePlan:
    """Return the plan of a variant for a model of that many layers.

    With k layers per fragment there are P = ceil(L / k) fragments, fragment p of the layers p,
    p + P, p + 2P, ... It is sent in the steps that leave the rest p i (modulo the period), i being
    the interval; without an interval in step floor(p H / P).
    """
    period, size = variant.inner_steps, variant.fragment_layers
    fragments = 1 if size is None else math.ceil(layers / size)
    place = np.arange(fragments, dtype=np.int64)
    if variant.fragment_interval is None:
        rest = place * period // fragments
    else:
        rest = place * variant.fragment_interval % period
    delay = period if variant.schedule == "co2" else variant.overlap_steps or 0
    return SchedulePlan(
        schedule=variant.schedule,
        inner_steps=period,
        fragment=np.arange(layers, dtype=np.int64) % fragments,
        send_step=np.where(rest == 0, period, rest),
        overlap_steps=delay,
        bits=variant.bits,
    )
