"""Why mandatory demands cannot all be admitted, in the fields of the instance."""

from planner.models.base.arrays import FloatArray
from planner.models.base.evaluation import Reason
from planner.models.entanglement_scheduling.evaluation.usage import pool_field
from planner.models.entanglement_scheduling.proofs.bounds import alternatives_of
from planner.models.entanglement_scheduling.proofs.conflicts import Conflicts
from planner.models.entanglement_scheduling.reasons.reachable import why_no_offer
from planner.models.entanglement_scheduling.view import View

_SHOWN = 8
_MORE = (
    " Protocols that are not offered may do: `protocols.routes`, `protocols.most`, "
    "`protocols.schemes` and `protocols.distillation` say what is offered."
)


def unserved_reasons(view: View, demand: int) -> tuple[Reason, ...]:
    """Return the reason where nothing that is offered serves a demand."""
    want = view.demands[demand]
    message = why_unserved(view, demand)
    return (Reason(code="unserved", constraint=want.field, where=want.name, message=message),)


def why_unserved(view: View, demand: int) -> str:
    """Return why no alternative of a demand can run: too long, too many qubits, or none at all."""
    want, shapes = view.demands[demand], view.shapes[demand]
    fitting = [shape for shape in shapes if shape.length <= want.period]
    if fitting:
        known = Conflicts(view)
        pools = [
            pool
            for place in range(len(shapes))
            for pool, spans in known.levels(demand, place).items()
            if len(spans) > view.capacity[pool]
        ]
        name = view.pools[pools[0]] if pools else "a pool"
        told = f"Every protocol that fits into the period holds more of {name} than there is."
        return told + _more(view)
    if shapes:
        least = min(shape.length for shape in shapes)
        if view.is_rigid:
            return (
                f"It takes {least} slots, its period has {want.period}. "
                f"Lengthen the period to at least {least} slots."
            )
        return (
            f"The shortest protocol takes {least} slots, its period has {want.period}. "
            f"Ask for at most {1 / (least * view.slot):.6g} pairs per second."
        )
    return why_no_offer(view, want)


def _more(view: View) -> str:
    """Return which fields say what is offered; nothing for tasks of given shape."""
    return "" if view.is_rigid else _MORE


def conflict_reasons(view: View, first: int, second: int) -> tuple[Reason, ...]:
    """Return the reason where two demands exclude each other."""
    one, other = view.demands[first], view.demands[second]
    zero = one.jitter == 0 and other.jitter == 0
    how = (
        "Strictly periodic starts always meet on a qubit that both need. Allow jitter "
        "(`limits.jitter: windows`)"
        if zero
        else "A repetition of one leaves the other a window in which it can start nowhere. "
        "Change a rate"
    )
    return (
        Reason(
            code="demands-conflict",
            constraint="limits.jitter" if zero else one.field,
            where=f"{one.name} and {other.name}",
            message=(
                f"Both are mandatory, and no schedule has both. {how}, or make one optional."
                f"{_more(view)}"
            ),
        ),
    )


def overload_reasons(view: View, price: FloatArray) -> tuple[Reason, ...]:
    """Return the reason where mandatory demands need more of the priced pools than there is."""
    pools = sorted((q for q in range(len(price)) if price[q] > 0), key=lambda q: -price[q])
    if not pools:
        return ()
    table = alternatives_of(view)
    cost = table.cost(price)
    paying = {int(j) for j, paid in zip(table.demand, cost, strict=True) if paid > 0}
    names = [view.demands[j].name for j in sorted(paying) if view.demands[j].mandatory]
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return (
        Reason(
            code="pools-overloaded",
            constraint=pool_field(view, pools[0]),
            where=", ".join(view.pools[q] for q in pools[:_SHOWN]),
            message=(
                f"The mandatory demands {shown} hold more than these qubits have slots. "
                f"Add qubits, lower rates, or make some of them optional.{_more(view)}"
            ),
        ),
    )


def exhausted_reasons(view: View) -> tuple[Reason, ...]:
    """Return the reason where every choice of starts was tried in vain."""
    names = [want.name for want in view.demands if want.mandatory]
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return (
        Reason(
            code="mandatory-unschedulable",
            constraint="limits.jitter",
            where=shown,
            message=(
                "No starts of these mandatory demands keep windows, jitter and pools together. "
                f"Allow more jitter, lower a rate, add qubits, or make one optional.{_more(view)}"
            ),
        ),
    )
