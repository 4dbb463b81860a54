"""The cost model: time and memory of every plan from tables over the vectors of divisors.

With shardings s_p, s_q, s_g, s_o (parameters, second copy, gradients, optimizer), n the fanouts,
S the product of a vector, Psi parameters and A micro-batches, an optimizer step runs

    forward    A times all-gather      of w_p Psi         over s_p
    backward   A times all-gather      of w_p Psi         over s_q     (not where gathers are kept)
    gradients  A times reduce-scatter  of w_g Psi         over s_g
    sync       once reduce-scatter     of w_g Psi / S_g   over s_o / s_g
               and  all-reduce         of w_g Psi / S_o   over n / s_o
    update     once all-gather         of w_p Psi / S_p   over s_o / s_p

each scaled by the bits that are sent. Memory holds w_p Psi / S_p, the second copy w_p Psi / S_q,
w_g Psi / S_g, the optimizer's bytes over S_o, the buffers of gathers (two units, or the whole model
where gathers are kept) and of reduce-scatters (one unit), activations and the reserve.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.collectives import Times, times
from planner.models.hierarchical_sharding.divisors import Vectors, vectors_of
from planner.models.hierarchical_sharding.plan import Sharding
from planner.models.hierarchical_sharding.training import Schedule
from planner.models.hierarchical_sharding.view import COLLECTIVES, Layers, View


@dataclass(frozen=True, slots=True)
class Numbers:
    """Plans as vector numbers, one entry per plan in every column."""

    parameters: IntArray
    secondary: IntArray
    gradients: IntArray
    optimizer: IntArray
    optimizer_gradients: IntArray
    """The quotient s_o / s_g."""
    optimizer_parameters: IntArray
    """The quotient s_o / s_p."""

    def __len__(self) -> int:
        return len(self.parameters)

    def take(self, rows: slice | IntArray | NDArray[np.bool_]) -> "Numbers":
        """Return some of the plans."""
        return Numbers(*[getattr(self, name)[rows] for name in self.__slots__])


def as_numbers(vectors: Vectors, sharding: Sharding) -> Numbers:
    """Return one sharding as vector numbers; its vectors divide each other."""
    s = sharding

    def quotient(inner: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(o // i for o, i in zip(s.optimizer, inner, strict=True))

    found = [
        s.parameters,
        s.secondary,
        s.gradients,
        s.optimizer,
        quotient(s.gradients),
        quotient(s.parameters),
    ]
    return Numbers(*[np.array([vectors.number(vector)]) for vector in found])


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds of each collective, one entry per plan; the first three per micro-batch."""

    forward: FloatArray
    backward: FloatArray
    gradients: FloatArray
    sync: FloatArray
    update: FloatArray
    bits: dict[str, IntArray]
    """Bits that each collective sends, by its name."""


class CostTables:
    """Costs of some layers that share their vectors, summed over the layers."""

    def __init__(self, view: View, layers: Sequence[Layers]) -> None:
        if len({layer.fanout for layer in layers}) != 1:
            raise ValueError("the layers share their state over different devices")
        self.view = view
        self.layers = tuple(layers)
        self.vectors = vectors_of(layers[0].fanout)
        self.whole = len(self.vectors) - 1
        self._tables = {
            name: [self._table(name, bits) for bits in view.bits(name)] for name in COLLECTIVES
        }
        self._reduce = [self._all_reduce(bits) for bits in view.bits("sync")]

    @property
    def parameters(self) -> float:
        """Parameters of all the layers."""
        return sum(layer.count * layer.parameters for layer in self.layers)

    def durations(self, plans: Numbers, keep: bool) -> Durations:
        """Return the time of each collective for each plan, with the fastest bits allowed."""
        zero = np.zeros(len(plans), dtype=np.int64)
        vectors, keeps = self.vectors, np.zeros(len(plans))
        options = {
            "forward": [t.at(zero, plans.parameters) for t in self._tables["forward"]],
            "backward": [t.at(zero, plans.secondary) for t in self._tables["backward"]],
            "gradients": [t.at(zero, plans.gradients) for t in self._tables["gradients"]],
            "sync": [
                t.at(vectors.size_index[plans.gradients], plans.optimizer_gradients)
                + reduce[plans.optimizer]
                for t, reduce in zip(self._tables["sync"], self._reduce, strict=True)
            ],
            "update": [
                t.at(vectors.size_index[plans.parameters], plans.optimizer_parameters)
                for t in self._tables["update"]
            ],
        }
        best, bits = {}, {}
        for name, found in options.items():
            best[name], bits[name] = _fastest(found, self.view.bits(name))
        if keep:
            best["backward"] = keeps
        return Durations(**best, bits=bits)

    def memory(self, plans: Numbers, keep: bool) -> FloatArray:
        """Return the bytes of the state of the layers, without gather buffers."""
        view, size, total = self.view, self.vectors.product, self.parameters
        weights = view.parameter_bytes * total
        held = (
            weights / size[plans.parameters]
            + view.gradient_bytes * total / size[plans.gradients]
            + view.optimizer_bytes * total / size[plans.optimizer]
        )
        # A second copy is only held where it differs from the first.
        second = plans.secondary != plans.parameters
        held = held + np.where(second, weights / size[plans.secondary], 0.0)
        return held + weights if keep else held

    def buffers(self, plans: Numbers, keep: bool) -> FloatArray:
        """Return the bytes of the buffers of gathers and reduce-scatters."""
        view, unit = self.view, max(layer.unit for layer in self.layers)
        scatters = np.where(plans.gradients > 0, view.gradient_bytes * unit, 0.0)
        gathers = (
            0.0 if keep else np.where(plans.parameters > 0, 2 * view.parameter_bytes * unit, 0)
        )
        result: FloatArray = scatters + gathers
        return result

    def _table(self, collective: str, bits: int) -> "_Sum":
        view, sizes = self.view, self.vectors.sizes
        weight = (
            view.gradient_bytes if collective in ("gradients", "sync") else view.parameter_bytes
        )
        operation = "reduce_scatter" if collective in ("gradients", "sync") else "all_gather"
        shared = sizes if collective in ("sync", "update") else np.ones(1)
        share, kernel = view.wire_share(bits), _kernel(view, collective, bits)
        terms = []
        for layer in self.layers:
            payload = weight * layer.parameters / shared
            found = times(view.machine, self.vectors, share * payload, layer.buckets, operation)
            terms.append(_Term(layer.count, found, kernel * payload))
        return _Sum(tuple(terms), self.vectors.product > 1)

    def _all_reduce(self, bits: int) -> FloatArray:
        """Return the time of the all-reduce among replicas, by the optimizer's vector."""
        view, vectors = self.view, self.vectors
        share, kernel = view.wire_share(bits), _kernel(view, "sync", bits)
        # Replicas of a state split by s lie along n / s.
        replicas = np.array(vectors.fanout) // vectors.table
        digits = [np.searchsorted(d, replicas[:, level]) for level, d in enumerate(vectors.digits)]
        number = np.stack(digits, axis=1) @ vectors.stride
        total = np.zeros(len(vectors))
        for layer in self.layers:
            payload = view.gradient_bytes * layer.parameters / vectors.sizes
            found = times(view.machine, vectors, share * payload, layer.buckets, "all_reduce")
            spent = found.at(vectors.size_index, number)
            spent = spent + (number > 0) * 2 * kernel * payload[vectors.size_index]
            total = total + layer.count * spent
        return total


@dataclass(frozen=True, slots=True)
class _Term:
    count: int
    times: Times
    kernel: FloatArray
    """Seconds that quantising takes, by buffer."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """A collective of several layers, one after the other."""

    terms: tuple[_Term, ...]
    is_split: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def at(self, volume: IntArray, vector: IntArray) -> FloatArray:
        total = np.zeros(len(vector))
        for term in self.terms:
            spent = term.times.at(volume, vector)
            if term.kernel.any():
                spent = spent + self.is_split[vector] * term.kernel[volume]
            total = total + term.count * spent
        return total


def _kernel(view: View, collective: str, bits: int) -> float:
    return float(getattr(view.precision.kernel, collective)) if bits < 16 else 0.0


def _fastest(options: list[FloatArray], bits: tuple[int, ...]) -> tuple[FloatArray, IntArray]:
    if len(options) == 1:
        return options[0], np.full(len(options[0]), bits[0])
    # The first of equally fast ones wins: more bits, where the user lists them first.
    place = np.argmin(options, axis=0)
    return np.min(options, axis=0), np.array(bits)[place]


def communication(durations: Durations, schedule: Schedule) -> FloatArray:
    """Return the seconds of all collectives of an optimizer step."""
    d, passes = durations, schedule.microbatches
    return passes * (d.forward + d.backward + d.gradients) + d.sync + d.update


def step(durations: Durations, schedule: Schedule, overlap: bool) -> FloatArray:
    """Return the seconds of an optimizer step, communication hidden where it may be."""
    d, passes = durations, schedule.microbatches
    if not overlap:
        compute = passes * (schedule.forward + schedule.backward)
        return compute + communication(d, schedule)
    forward = np.maximum(schedule.forward, d.forward)
    backward = np.maximum(schedule.backward, d.backward + d.gradients)
    return passes * (forward + backward) + d.sync + d.update
