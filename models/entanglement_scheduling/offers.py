"""The protocols that an instance offers to each of its demands."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.protocols.menu import Offer
    from planner.models.entanglement_scheduling.view import View


def offers_to(view: "View", place: int) -> "tuple[Offer, ...]":
    """Return the offers of one demand, none where no protocol reaches its fidelity in time."""
    from planner.models.entanglement_scheduling.protocols.menu import menu

    rules, want = view.instance.protocols, view.demands[place]
    assert want.source is not None
    assert want.target is not None
    assert want.min_fidelity is not None
    return menu(
        view.network,
        want.source,
        want.target,
        want.min_fidelity,
        want.period,
        schemes=rules.schemes,
        distillation=rules.distillation,
        routes=rules.routes,
        most=rules.most,
        enforce=rules.fidelity,
    )
