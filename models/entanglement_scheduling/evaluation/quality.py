"""What each admitted demand gets: fidelity, success, rate and regularity."""

import numpy as np

from planner.models.entanglement_scheduling.evaluation.pauses import stretched
from planner.models.entanglement_scheduling.evaluation.reading import Reading, read
from planner.models.entanglement_scheduling.evaluation.regularity import regularity
from planner.models.entanglement_scheduling.plan import EntanglementPlan, PreemptedPlan
from planner.models.entanglement_scheduling.protocols.pga import attempt_slots
from planner.models.entanglement_scheduling.shape import Quality
from planner.models.entanglement_scheduling.view import View

Cell = str | int | float | bool | None


def delivered(view: View, plan: EntanglementPlan, reading: Reading) -> tuple[Quality, ...]:
    """Return the quality of each row of a plan that was read; none for rigid tasks.

    Pauses make pairs wait: the repetition that loses most by them counts. They make no attempt to
    generate a pair succeed.
    """
    if not isinstance(plan, PreemptedPlan) or not reading.qualities:
        return reading.qualities
    from planner.models.entanglement_scheduling.protocols.assess import assess

    found = []
    for row, quality in enumerate(reading.qualities):
        want = view.demands[int(plan.demand[row])]
        source, target = want.source, want.target
        assert source is not None
        assert target is not None
        least = quality
        for begin, start in _patterns(plan, row):
            waited = assess(
                view.network, stretched(reading.protocols[row], begin, start), source, target
            )
            if isinstance(waited, Quality) and waited.decohered < least.decohered:
                least = Quality(quality.fidelity, waited.decohered, quality.success)
        found.append(least)
    return tuple(found)


def _patterns(plan: PreemptedPlan, row: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the distinct ways in which repetitions of a row pause."""
    known: dict[tuple[tuple[int, int], ...], tuple[np.ndarray, np.ndarray]] = {}
    mine = np.flatnonzero(plan.row == row)
    for repetition in np.unique(plan.repetition[mine]):
        pieces = mine[plan.repetition[mine] == repetition]
        pieces = pieces[np.argsort(plan.start[pieces])]
        begin, start = plan.begin[pieces], plan.start[pieces]
        key = tuple(zip(begin.tolist(), (start - start[0]).tolist(), strict=True))
        known[key] = begin, start
    return list(known.values())


def quality_table(view: View, plan: EntanglementPlan) -> list[dict[str, Cell]]:
    """Return one record per demand of the instance, in its order.

    Keys are `demand`, `from`, `to`, `min_fidelity`, `rate` (pairs/s), `admitted`, and for admitted
    demands `protocol_slots`, `repetitions`, `start_jitter`, `delivery_jitter`, `response_time` (s),
    and, where protocols are known, `fidelity`, `fidelity_decohered`, `margin` (what the latter is
    above `min_fidelity`), `success`, `delivered_rate` (pairs/s) and `repetitions_for_90_percent`,
    how many bring a pair with that probability. What is unknown is `None`. Of a plan that cannot be
    read no demand is admitted.
    """
    reading = read(view, plan)
    rows = {} if reading.rows is None else _admitted(view, plan, reading)
    names = view.network.names
    return [
        {
            "demand": want.name,
            "from": None if want.source is None else names[want.source],
            "to": None if want.target is None else names[want.target],
            "min_fidelity": want.min_fidelity,
            "rate": want.rate,
            "admitted": place in rows,
            **(rows.get(place) or dict.fromkeys(_COLUMNS)),
        }
        for place, want in enumerate(view.demands)
    ]


_COLUMNS = (
    "protocol_slots", "repetitions", "start_jitter", "delivery_jitter", "response_time",
    "fidelity", "fidelity_decohered", "margin", "success", "delivered_rate",
    "repetitions_for_90_percent",
)  # fmt: skip


def _admitted(view: View, plan: EntanglementPlan, reading: Reading) -> dict[int, dict[str, Cell]]:
    assert reading.rows is not None
    rows, found = reading.rows, regularity(view, reading.rows)
    qualities = delivered(view, plan, reading) or (None,) * len(rows.demand)
    return {
        demand: {
            "protocol_slots": int(rows.shapes[row].length),
            "repetitions": int(rows.count[row]),
            "start_jitter": float(found.start_jitter[row] * view.slot),
            "delivery_jitter": float(found.delivery_jitter[row] * view.slot),
            "response_time": float(found.response[row] * view.slot),
            **_pairs(view, demand, quality),
        }
        for row, (demand, quality) in enumerate(zip(rows.demand.tolist(), qualities, strict=True))
    }


def _pairs(view: View, demand: int, quality: Quality | None) -> dict[str, Cell]:
    want = view.demands[demand]
    if quality is None:
        return dict.fromkeys(_COLUMNS[5:])
    least = want.min_fidelity
    return {
        "fidelity": quality.fidelity,
        "fidelity_decohered": quality.decohered,
        "margin": None if least is None else quality.decohered - least,
        "success": quality.success,
        "delivered_rate": want.rate * quality.success,
        "repetitions_for_90_percent": attempt_slots(quality.success, 1, 0.9),
    }
