"""The figures that a schedule is judged by beside its objective."""

import math

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import Metric
from planner.models.entanglement_scheduling.evaluation.regularity import regularity
from planner.models.entanglement_scheduling.evaluation.shortfalls import below_fidelity
from planner.models.entanglement_scheduling.evaluation.timetable import Rows
from planner.models.entanglement_scheduling.shape import Quality
from planner.models.entanglement_scheduling.view import View

Figures = np.ndarray[tuple[int, ...], np.dtype[np.floating]]


def measure(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> dict[str, Metric]:
    """Return the metrics of a schedule; lists go by admitted demand, `utilisation` by node.

    `below_fidelity` counts the demands whose pairs arrive below their fidelity once waiting counts.
    `jitter_variance` is the published one: the largest variance, in s^2, of how far starts in a
    row are off a period. `jitter` is the largest distance, in s, of two deliveries in a row from a
    period. `response_time` is the longest time, in s, from the start of a period to a delivery;
    `waiting_times` are the average ones, in s, to the start of a protocol.
    """
    found, slot = regularity(view, rows), view.slot
    starts, deliveries = found.start_jitter * slot, found.delivery_jitter * slot
    rates = view.rate[rows.demand]
    return {
        "admitted": len(rows.demand),
        "offered": len(view.demands),
        "throughput": math.fsum(rates.tolist()),
        "offered_throughput": math.fsum(view.rate.tolist()),
        **_of_quality(rates, qualities),
        **_of_promises(view, rows, qualities),
        "jitter_variance": _largest(found.variance * slot**2),
        "jitter": _largest(deliveries),
        "mean_jitter": _mean(deliveries),
        "start_jitter": _largest(starts),
        "response_time": _largest(found.response * slot),
        **_utilisation(view, rows),
        "demands": [view.demands[demand].name for demand in rows.demand.tolist()],
        "protocol_slots": rows.length.tolist(),
        "delivery_jitters": deliveries.tolist(),
        "jitter_variances": (found.variance * slot**2).tolist(),
        "waiting_times": (found.waiting * slot).tolist(),
        "response_times": (found.response * slot).tolist(),
    }


def _of_quality(rates: FloatArray, qualities: tuple[Quality, ...]) -> dict[str, Metric]:
    """Return what is known of pairs only where protocols are."""
    if len(qualities) != len(rates):
        return {"goodput": None}
    success = [quality.success for quality in qualities]
    delivered = [rate * chance for rate, chance in zip(rates.tolist(), success, strict=True)]
    return {
        "goodput": math.fsum(delivered),
        "fidelity": [quality.fidelity for quality in qualities],
        "fidelity_decohered": [quality.decohered for quality in qualities],
        "success": success,
        "delivered_rate": delivered,
    }


def _of_promises(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> dict[str, Metric]:
    if len(qualities) != len(rows.demand):
        return {}
    return {"below_fidelity": below_fidelity(view, rows, qualities)}


def _utilisation(view: View, rows: Rows) -> dict[str, Metric]:
    """Return the share of qubit-slots held, per node and of the busiest pool."""
    held = rows.held
    slots = np.bincount(held.pool, held.end - held.begin, minlength=len(view.capacity))
    room = view.capacity * view.hyperperiod
    share = np.divide(slots, room, out=np.zeros(len(room)), where=room > 0)
    nodes = len(view.network.names)
    total = np.bincount(view.pool_node, slots, minlength=nodes)
    full = np.bincount(view.pool_node, room, minlength=nodes)
    busiest = int(np.argmax(share)) if len(rows.demand) else None
    return {
        "utilisation": np.divide(total, full, out=np.zeros(nodes), where=full > 0).tolist(),
        "busiest_pool": None if busiest is None else view.pools[busiest],
        "busiest_utilisation": None if busiest is None else float(share[busiest]),
    }


def _largest(figures: Figures) -> float | None:
    return float(figures.max()) if len(figures) else None


def _mean(figures: Figures) -> float | None:
    return float(figures.mean()) if len(figures) else None
