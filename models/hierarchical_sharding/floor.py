"""The all-reduce floor: what every plan has to communicate.

Let the rates fall outwards and parameters and gradients have equal width w. A plan reduces the
gradients of all devices and brings updated parameters to all of them; the cheapest way to do both
is a reduce-scatter and an all-gather of w Psi bytes over all levels, the inner level first. Any
other order moves more bytes at a slower level (exchange argument): swapping levels 1 and 2 costs
w Psi (1 - 1/n1) (1 - 1/n2) (1/b2 - 1/b1) more.
"""

import math

from planner.models.base.rounding import lower
from planner.models.hierarchical_sharding.view import COLLECTIVES, View

ROUNDINGS = 256
"""More roundings than go into any of the sums."""


def why_no_floor(view: View) -> str | None:
    """Return why the floor is not known to hold, or `None`."""
    machine = view.machine
    if machine.algorithm != "sequential":
        return "collectives do not cross the levels one after the other"
    if machine.has_curves or any(machine.in_network):
        return "the rates depend on the collective"
    if view.parameter_bytes != view.gradient_bytes:
        return "parameters and gradients differ in width"
    if len({layer.experts for layer in view.layers}) != 1 or max(view.layers[0].experts) > 1:
        return "classes share their state over different devices"
    return None


def floor(view: View) -> float | None:
    """Return a time that no plan beats, or `None` where none is known.

    Levels are taken by falling rate, which can only lower the value. Latencies are left out, and
    quantised collectives count with the fewest bits that any may send.
    """
    if why_no_floor(view) is not None:
        return None
    machine = view.machine
    # Reduce-scatters bring gradients together; parameters, or sums of gradients, go out again.
    share, back = _least(view, "gradients", "sync"), _least(view, *COLLECTIVES)
    order = sorted(
        (
            (float(rate * efficiency.constant), fanout)
            for rate, efficiency, fanout in zip(
                machine.rate, machine.efficiency, machine.fanout, strict=True
            )
            if efficiency.constant is not None
        ),
        reverse=True,
    )
    volume, terms = (share + back) * view.parameter_bytes * view.parameters, []
    for rate, fanout in order:
        terms.append(volume * (1 - 1 / fanout) / rate)
        volume /= fanout
    communication = math.fsum(terms)
    if not view.is_step:
        return lower(communication, ROUNDINGS)
    compute = [
        schedule.microbatches * (schedule.forward + schedule.backward)
        for schedule in view.schedules
    ]
    least = min(compute)
    # Prefetching hides at most one behind the other.
    step = max(least, communication) if view.overlap else least + communication
    return lower(step, ROUNDINGS)


def _least(view: View, *collectives: str) -> float:
    return min(view.wire_share(bits) for name in collectives for bits in view.bits(name))
