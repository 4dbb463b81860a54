"""An independent simulation in plain Python: one compute node after the other, one queue."""

from fractions import Fraction
from typing import Any

BUCKETS = 128


def utilisation(
    *,
    layers: int,
    step_time: float,
    transfer: float,
    period: int,
    sends: dict[int, list[list[int]]],
    delay: int,
    steps: int,
    latency: float = 0.0,
    buckets: bool = False,
    number: type[Fraction] | type[float] = Fraction,
) -> float:
    """Return computing time over makespan, computed exactly or (for long runs) in floats.

    `sends`: step of the period (from 1) -> fragments, each a list of layers. `transfer`: seconds
    of an all-reduce of the whole model.
    """
    total, whole, start = number(step_time), number(transfer), number(latency)
    clock = free = number(0)
    ready: dict[int, list[tuple[int, Any]]] = {}
    for step in range(1, steps + 1):
        wait = ready.pop(step, [])
        sent = sends.get((step - 1) % period + 1, [])
        queue: list[tuple[Any, Any, int]] = []
        if buckets:
            clock = max([clock, *(finish for _, finish in wait)]) + total / 3
            for fragment in sent:
                size = whole * len(fragment) / layers / BUCKETS
                for bucket in range(BUCKETS):
                    queue.append((clock + total * 2 / 3 * (bucket + 1) / BUCKETS, size, 0))
            clock += total * 2 / 3
        else:
            node = total / (3 * layers - 1)
            for layer in range(layers):
                clock = max([clock, *(finish for which, finish in wait if which == layer)]) + node
            moving = {layer for fragment in sent for layer in fragment}
            for layer in reversed(range(layers)):
                clock += node if layer else 0
                clock += node
                if layer in moving:
                    queue.append((clock, whole / layers, layer))
        done = []
        for release, size, layer in sorted(queue, key=lambda item: item[0]):
            free = max(free, release) + size + start
            done.append((layer, free))
        if done:
            ready[step + 1 + delay] = done
    ends = [finish for waits in ready.values() for _, finish in waits]
    return float(steps * total / max([clock, *ends]))
