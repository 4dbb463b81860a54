"""Random demands as in the load experiments of arXiv 2111.13124."""

from fractions import Fraction

import numpy as np

from planner.models.base.faults import fault
from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.workload import Demand, Random

RATES = 10
"""Rates are 1 / (slot 2^i) for i below this."""
MOST_DRAWS = 100_000


def draw_demands(network: Network, workload: Random) -> tuple[Demand, ...]:
    """Return demands between end nodes whose rates add up to the load, or just above.

    Raises `ValueError` (`load-unreachable`) where hardly any pair can be served.
    """
    from planner.models.entanglement_scheduling.protocols.menu import published_length

    rng, slot = np.random.default_rng(workload.seed), Fraction(repr(network.physics.slot))
    ends = [node for node, is_end in enumerate(network.is_end) if is_end]
    rates = [float(1 / (slot * 2**i)) for i in range(RATES)]
    left, found = workload.load, list[Demand]()
    for _ in range(MOST_DRAWS if len(ends) > 1 else 0):
        source, target = (ends[each] for each in rng.choice(len(ends), 2, replace=False))
        length = published_length(network, source, target, workload.min_fidelity)
        allowed = [rate for i, rate in enumerate(rates) if length is not None and length < 2**i]
        if allowed:
            within = [rate for rate in allowed if rate <= left] or allowed[-1:]
            rate = within[int(rng.integers(len(within)))]
            found.append(_demand(network, source, target, workload.min_fidelity, rate))
            left -= rate
        if left <= 0:
            return tuple(found)
    message = f"only {workload.load - left:g} of {workload.load:g} pairs per second were found"
    fix = "Lower `min_fidelity` or `load`, or give better links or more end nodes."
    raise fault("load-unreachable", message, fix)


def _demand(network: Network, source: int, target: int, fidelity: float, rate: float) -> Demand:
    return Demand.model_construct(
        source=network.names[source],
        target=network.names[target],
        min_fidelity=fidelity,
        rate=rate,
    )
