"""What admitting a demand is worth under each objective."""

import math

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.entanglement_scheduling.evaluation.timetable import Rows
from planner.models.entanglement_scheduling.shape import Quality
from planner.models.entanglement_scheduling.view import View


def worth(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> float:
    """Return the objective of rows; that of goodput needs the quality of each."""
    name = view.instance.objective
    if name == "latency":
        spans = rows.end - rows.start
        first = np.cumsum(rows.count) - rows.count
        # The longest repetition of a row counts; without pauses all are equally long.
        return float(np.maximum.reduceat(spans, first).sum()) if len(first) else 0.0
    if name == "demands":
        return float(len(rows.demand))
    if name == "weight":
        return math.fsum(view.demands[demand].weight for demand in rows.demand.tolist())
    rates = view.rate[rows.demand].tolist()
    if name == "goodput":
        pairs = zip(rates, qualities, strict=True)
        return math.fsum(rate * quality.success for rate, quality in pairs)
    return math.fsum(rates)


def values(view: View) -> tuple[FloatArray, ...]:
    """Return what each alternative of each demand is worth, (alternatives,) per demand.

    Rate, 1, weight, or rate times success probability, to maximise; under `latency` the slots of
    the protocol, to minimise.
    """
    name = view.instance.objective
    if name == "latency":
        return tuple(
            np.array([shape.length for shape in each], dtype=np.float64) for each in view.shapes
        )
    if name == "goodput":
        return tuple(
            np.array([want.rate * offer.quality.success for offer in each], dtype=np.float64)
            for want, each in zip(view.demands, view.offers, strict=True)
        )
    figures = {
        "throughput": [want.rate for want in view.demands],
        "demands": [1.0] * len(view.demands),
        "weight": [want.weight for want in view.demands],
    }[name]
    return tuple(
        np.full(len(each), figure) for figure, each in zip(figures, view.shapes, strict=True)
    )
