"""The smallest memory that any plan needs, and what takes it up."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.models.base.evaluation import Reason
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.view import Layers, View

FIELDS = {
    "parameters": "model.parameters",
    "gradients": "model.gradient_bytes",
    "optimizer": "model.optimizer_bytes",
    "kept": "policy.keep",
    "gather_buffer": "model.unit_parameters",
    "scatter_buffer": "model.unit_parameters",
    "activations": "training.activations",
    "reserve": "limits.reserve",
}
"""The user's field behind each kind of memory."""


@dataclass(frozen=True, slots=True)
class Smallest:
    """The least memory of a device, in bytes, by kind."""

    terms: Mapping[str, float]

    @property
    def total(self) -> float:
        """Return the sum of the kinds."""
        return sum(self.terms.values())

    @property
    def binding(self) -> str:
        """Return the kind that takes most."""
        return max(self.terms, key=lambda kind: self.terms[kind])


def smallest_memory(view: View) -> Smallest:
    """Return the least memory that any plan needs, whatever its time.

    Memory falls with the number of pieces except for buffers, which come with the first cut. So
    each class either replicates a state or splits it over all its devices, the optimizer's always
    in full; buffers are shared by all classes. Policies on frameworks, bits and communicators are
    left out, so that no plan is ever smaller.
    """
    ways = [list(_ways(view, layer)) for layer in view.layers]
    # Without shardings of their own all classes go the same way.
    choices = _choices(ways) if view.mixed else zip(*ways, strict=True)
    return min((_add(view, choice) for choice in choices), key=lambda s: s.total)


@dataclass(frozen=True, slots=True)
class _Way:
    terms: tuple[float, float, float, float]
    gather: float
    scatter: float


def _ways(view: View, layer: Layers) -> Iterator[_Way]:
    devices, total = 1, layer.count * layer.parameters
    for children in layer.fanout:
        devices *= children
    weights, slopes = view.parameter_bytes * total, view.gradient_bytes * total
    states = view.optimizer_bytes * total / devices
    gather, scatter = 2 * view.parameter_bytes * layer.unit, view.gradient_bytes * layer.unit
    yield _Way((weights, slopes, states, 0.0), 0.0, 0.0)
    if devices == 1:
        return
    yield _Way((weights, slopes / devices, states, 0.0), 0.0, scatter)
    if False in view.keeps:
        yield _Way((weights / devices, slopes / devices, states, 0.0), gather, scatter)
    if True in view.keeps:
        yield _Way((weights / devices, slopes / devices, states, weights), 0.0, scatter)


def _choices(ways: Sequence[Sequence[_Way]]) -> Iterator[tuple[_Way, ...]]:
    """Yield the best way of every class under each size of the shared buffers."""
    gathers = sorted({way.gather for options in ways for way in options})
    scatters = sorted({way.scatter for options in ways for way in options})
    for gather, scatter in itertools.product(gathers, scatters):
        yield tuple(
            min(
                (way for way in options if way.gather <= gather and way.scatter <= scatter),
                key=lambda way: sum(way.terms),
            )
            for options in ways
        )


def _add(view: View, choice: Sequence[_Way]) -> Smallest:
    names = ("parameters", "gradients", "optimizer", "kept")
    terms = {name: sum(way.terms[place] for way in choice) for place, name in enumerate(names)}
    terms["gather_buffer"] = max(way.gather for way in choice)
    terms["scatter_buffer"] = max(way.scatter for way in choice)
    terms["activations"] = min(schedule.activations for schedule in view.schedules)
    terms["reserve"] = view.reserve
    return Smallest(terms)


def is_too_big(view: View) -> bool:
    """Return whether no plan fits the memory, by `smallest_memory`."""
    return view.memory is not None and smallest_memory(view).total > view.memory * (1 + TIE)


def memory_reason(view: View) -> Reason:
    """Return why nothing fits: the smallest achievable memory and the term that binds."""
    found, limit = smallest_memory(view), view.memory or 0.0
    listed = ", ".join(
        f"{kind.replace('_', ' ')} {value / 1e9:.4g} GB"
        for kind, value in sorted(found.terms.items(), key=lambda item: -item[1])
        if value
    )
    binding = found.binding
    return Reason(
        code="memory-too-small",
        constraint="limits.memory",
        where=FIELDS[binding],
        message=(
            f"the smallest achievable memory is {found.total / 1e9:.6g} GB per device ({listed}), "
            f"and the limit is {limit / 1e9:.6g} GB; {binding.replace('_', ' ')} "
            f"({FIELDS[binding]}) binds. Raise limits.memory by "
            f"{(found.total - limit) / 1e9:.4g} GB, add devices, or lower that term"
        ),
    )
