"""The optimum of small instances by trying every plan, in loops straight from the cost model.

Nothing is shared with the search or the evaluator but the compiled view: every term is written out
again, one plan at a time.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from planner.models.hierarchical_sharding.costs import as_numbers
from planner.models.hierarchical_sharding.divisors import Vectors, divisors
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.groups import Vector
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.menus import MENUS, UNIFORM, Menu
from planner.models.hierarchical_sharding.plan import Sharding
from planner.models.hierarchical_sharding.training import Schedule
from planner.models.hierarchical_sharding.view import Layers, View

MOST = 20_000
"""Most plans that are tried; of mixed ones, most sums that are compared for a layer."""

Group = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """Seconds of the passes of a micro-batch and of the end of a step, bytes, and groups."""

    forward: float
    backward: float
    once: float
    memory: float
    gathers: float = 0.0
    scatters: float = 0.0
    groups: frozenset[Group] = frozenset()

    def plus(self, other: "Worth") -> "Worth":
        """Return both together; buffers are shared."""
        return Worth(
            self.forward + other.forward,
            self.backward + other.backward,
            self.once + other.once,
            self.memory + other.memory,
            max(self.gathers, other.gathers),
            max(self.scatters, other.scatters),
            self.groups | other.groups,
        )

    def beats(self, other: "Worth") -> bool:
        """Return whether this is as good in every respect."""
        return (
            self.forward <= other.forward
            and self.backward <= other.backward
            and self.once <= other.once
            and self.memory <= other.memory
            and self.gathers <= other.gathers
            and self.scatters <= other.scatters
            and self.groups <= other.groups
        )


def optimum(instance: HierarchicalSharding) -> float | None:
    """Return the least time of a plan that fits, or `None` if there is none or too many plans."""
    view = instance.view
    if max(_chain_count(layer.fanout) for layer in view.layers) > MOST:
        return None
    found: list[Worth] = []
    for framework in ("any",) if "any" in view.frameworks else view.frameworks:
        may_mix = view.mixed and framework not in UNIFORM
        more = _mixed(view, framework) if may_mix else _uniform(view, framework)
        if more is None:
            return None
        found += more
    values = [
        _time(view, schedule, worth)
        for schedule, worth in itertools.product(view.schedules, found)
        if _fits(view, schedule, worth)
    ]
    return min(values, default=None)


def _chain_count(fanout: Vector) -> int:
    count = 1
    for children in fanout:
        options = divisors(children)
        chains = itertools.combinations_with_replacement(options, 4)
        count *= sum(all(b % a == 0 for a, b in itertools.pairwise(c)) for c in chains)
    return count


def _uniform(view: View, framework: str) -> Iterator[Worth]:
    if len({layer.fanout for layer in view.layers}) > 1:
        return
    for sharding, menu in _choices(view, view.layers[0].fanout, framework):
        total = Worth(0.0, 0.0, 0.0, 0.0)
        for layer in view.layers:
            one = _worth(view, layer, sharding, menu)
            for _ in range(layer.count):
                total = total.plus(one)
        yield total


def _mixed(view: View, framework: str) -> list[Worth] | None:
    """Return every sum of one choice per layer that no other beats, or `None` if too many."""
    found = [Worth(0.0, 0.0, 0.0, 0.0)]
    for layer in view.layers:
        choices = _choices(view, layer.fanout, framework)
        options = _unbeaten([_worth(view, layer, *choice) for choice in choices])
        for _ in range(layer.count):
            if len(found) * len(options) > MOST:
                return None
            found = _unbeaten([a.plus(b) for a, b in itertools.product(found, options)])
    return found


def _unbeaten(worths: list[Worth]) -> list[Worth]:
    kept: list[Worth] = []
    for worth in sorted(worths, key=lambda w: (w.memory, w.forward + w.backward + w.once)):
        if not any(other.beats(worth) for other in kept):
            kept.append(worth)
    return kept


def _choices(view: View, fanout: Vector, framework: str) -> Iterator[tuple[Sharding, Menu | None]]:
    """Yield every sharding that a framework has, with its settings of bits that suit and go."""
    for s in _shardings(view, fanout):
        if framework == "any":
            yield s, None
            continue
        vectors = Vectors(fanout)
        if not expressible((framework,), vectors, as_numbers(vectors, s), s.keep)[0]:
            continue
        for menu in MENUS[framework]:
            if menu.whole and (s.parameters != fanout or max(fanout) == 1):
                continue
            is_copied = s.secondary != s.parameters
            if not is_copied and menu.bits["forward"] != menu.bits["backward"]:
                continue
            if all(menu.bits[name] in view.bits(name) for name in _sent(fanout, s)):
                yield s, menu


def _sent(fanout: Vector, s: Sharding) -> Iterator[str]:
    """Yield the collectives that have anything to send."""
    used = {
        "forward": max(s.parameters) > 1,
        "backward": max(s.secondary) > 1 and not s.keep,
        "gradients": max(s.gradients) > 1,
        "sync": not s.gradients == s.optimizer == fanout,
        "update": s.parameters != s.optimizer,
    }
    yield from (name for name, sends in used.items() if sends)


def _shardings(view: View, fanout: Vector) -> Iterator[Sharding]:
    vectors = list(itertools.product(*[divisors(children) for children in fanout]))
    for o in vectors:
        for g in _dividing(vectors, o):
            for p in _dividing(vectors, g):
                for q in _dividing(vectors, p) if view.secondary else [p]:
                    yield from _kept(view, p, q, g, o)


def _dividing(vectors: list[Vector], upper: Vector) -> Iterator[Vector]:
    for lower in vectors:
        if all(b % a == 0 for a, b in zip(lower, upper, strict=True)):
            yield lower


def _kept(view: View, p: Vector, q: Vector, g: Vector, o: Vector) -> Iterator[Sharding]:
    for keep in (False, True):
        gathers = max(p) > 1
        if (keep and (not gathers or p != q)) or (gathers and keep not in view.keeps):
            continue
        yield Sharding(parameters=p, secondary=q, gradients=g, optimizer=o, keep=keep)


def _worth(view: View, layer: Layers, s: Sharding, menu: Menu | None) -> Worth:
    """Return what one layer costs, with the fastest bits or those of a framework's setting."""
    if menu is not None:
        view = replace(view, precision=view.precision.model_copy(update=dict(menu.bits)))
    weights, slopes = (
        view.parameter_bytes * layer.parameters,
        view.gradient_bytes * layer.parameters,
    )
    p, q, g, o = (math.prod(v) for v in (s.parameters, s.secondary, s.gradients, s.optimizer))
    over_g = tuple(b // a for a, b in zip(s.gradients, s.optimizer, strict=True))
    over_p = tuple(b // a for a, b in zip(s.parameters, s.optimizer, strict=True))
    rest = tuple(n // b for b, n in zip(s.optimizer, layer.fanout, strict=True))
    backward = (
        0.0 if s.keep else _least(view, layer, "backward", [("all_gather", weights, s.secondary)])
    )
    forward = _least(view, layer, "forward", [("all_gather", weights, s.parameters)])
    gradients = _least(view, layer, "gradients", [("reduce_scatter", slopes, s.gradients)])
    ends = [("reduce_scatter", slopes / g, over_g), ("all_reduce", slopes / o, rest)]
    sync = _least(view, layer, "sync", ends)
    update = _least(view, layer, "update", [("all_gather", weights / p, over_p)])
    memory = weights / p + slopes / g + view.optimizer_bytes * layer.parameters / o
    memory += weights / q if s.secondary != s.parameters else 0.0
    memory += weights if s.keep else 0.0
    return Worth(
        forward,
        backward + gradients,
        sync + update,
        memory,
        2 * view.parameter_bytes * layer.unit if p > 1 and not s.keep else 0.0,
        view.gradient_bytes * layer.unit if g > 1 else 0.0,
        _groups(view, layer, s),
    )


def _groups(view: View, layer: Layers, s: Sharding) -> frozenset[Group]:
    """Return the groups of more than one device, where their number is limited."""
    if view.communicators is None:
        return frozenset()
    one = (1,) * len(layer.fanout)
    ends = [(one, s.parameters), (one, s.gradients), (s.gradients, s.optimizer)]
    ends += [(s.optimizer, layer.fanout), (s.parameters, s.optimizer)]
    ends += [] if s.keep else [(one, s.secondary)]
    found = {
        tuple(
            (a * e, b * e) if a != b else (0, 0)
            for a, b, e in zip(lower, upper, layer.experts, strict=True)
        )
        for lower, upper in ends
    }
    return frozenset(found - {((0, 0),) * len(layer.fanout)})


def _least(
    view: View, layer: Layers, collective: str, calls: list[tuple[str, float, Vector]]
) -> float:
    """Return the time of a collective with the fastest bits."""
    found = []
    for bits in view.bits(collective):
        kernel = getattr(view.precision.kernel, collective) if bits < 16 else 0.0
        share, total = view.wire_share(bits), 0.0
        for operation, payload, vector in calls:
            if max(vector) > 1:
                passes = 2 if operation == "all_reduce" else 1
                total += _seconds(view, layer, operation, share * payload, vector)
                total += passes * kernel * payload
        found.append(total)
    return min(found)


def _seconds(view: View, layer: Layers, operation: str, volume: float, vector: Vector) -> float:
    """Return the time of one pass of a collective, level by level."""
    machine, passes = view.machine, 2 if operation == "all_reduce" else 1
    if machine.algorithm == "flat_ring":
        return _ring(view, layer, operation, volume, vector)
    spent, latency, inner, used = [], 0.0, 1, 0.0
    for level, split in enumerate(vector):
        moved, steps = passes * volume / inner * (1 - 1 / split), passes * (split - 1)
        if operation == "all_reduce" and machine.in_network[level] and split > 1:
            moved, steps = min(moved, volume / inner), 2
        size = np.array([volume / inner / max(layer.buckets, 1)])
        share = float(machine.efficiency[level].at(operation, size, split)[0])
        spent.append(moved / (float(machine.rate[level]) * share))
        latency += layer.buckets * steps * float(machine.latency[level])
        if split > 1:
            used += float(machine.rate[level]) / (1 if split == machine.fanout[level] else 2)
        inner *= split
    if machine.algorithm == "torus":
        return latency + passes * volume * (1 - 1 / inner) / used
    return latency + (max(spent) if machine.algorithm == "pipelined" else sum(spent))


def _ring(view: View, layer: Layers, operation: str, volume: float, vector: Vector) -> float:
    machine, passes = view.machine, 2 if operation == "all_reduce" else 1
    group, inner, rate, latency = math.prod(vector), 1, math.inf, 0.0
    for level, split in enumerate(vector):
        if split > 1:
            rings = int(machine.unit_devices[level]) / inner
            share = machine.efficiency[level].at(
                operation, np.array([volume / max(layer.buckets, 1)]), group
            )
            link = min(
                float(machine.unit_bandwidth[level]) / rings, float(machine.device_bandwidth[level])
            )
            rate = min(rate, link * float(share[0]))
            latency = max(latency, float(machine.latency[level]))
        inner *= split
    moved = passes * volume * (1 - 1 / group)
    return passes * layer.buckets * (group - 1) * latency + moved / rate


def _fits(view: View, schedule: Schedule, worth: Worth) -> bool:
    if view.communicators is not None and len(worth.groups) > view.communicators:
        return False
    used = worth.memory + worth.gathers + worth.scatters + schedule.activations + view.reserve
    return view.memory is None or used <= view.memory * (1 + TIE)


def _time(view: View, schedule: Schedule, worth: Worth) -> float:
    passes = schedule.microbatches
    if not view.is_step:
        return passes * (worth.forward + worth.backward) + worth.once
    if not view.overlap:
        compute = passes * (schedule.forward + schedule.backward)
        return compute + passes * (worth.forward + worth.backward) + worth.once
    forward = max(schedule.forward, worth.forward)
    return passes * (forward + max(schedule.backward, worth.backward)) + worth.once
