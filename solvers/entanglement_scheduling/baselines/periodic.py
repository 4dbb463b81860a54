"""Demands as the published schedulers see them: periodic tasks of rigid shape on named qubits.

The pipeline of Skrzypczyk and Wehner (arXiv 2111.13124) maps one protocol of each demand to named
qubits before anything is scheduled; from then on a task is a length, a period and busy intervals.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.view import View, Want
from planner.solvers.entanglement_scheduling.baselines.pauses import by_intervals, by_operations
from planner.solvers.entanglement_scheduling.baselines.qubits import Naming

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.protocols.menu import Offer

Span = tuple[int, int, int]
"""Qubit, first slot, slot after the last, counted from the start of the protocol."""

Choose = Callable[[View, int], "Offer | None"]
"""Says which protocol serves a demand, by its place in the view, if any."""


@dataclass(frozen=True, eq=False)
class Periodic:
    """One demand with one protocol; repetition k runs within [k period, (k + 1) period]."""

    place: int
    """Place of the demand in the workload, which is the order of arrival."""
    label: str
    """Decides between equal deadlines, by the order of letters."""
    period: int
    length: int
    spans: tuple[Span, ...]
    """No two of one qubit overlap."""
    pauses: tuple[int, ...]
    """Slots within the protocol at which no operation runs, ascending."""
    offer: "Offer | None" = None
    """The protocol with its quality; `None` for a rigid task."""

    @functools.cached_property
    def rank(self) -> tuple[str, int]:
        """Order among equal deadlines: by label, then by arrival."""
        return self.label, self.place

    @functools.cached_property
    def qubits(self) -> frozenset[int]:
        """Qubits that it ever holds."""
        return frozenset(qubit for qubit, _, _ in self.spans)

    @functools.cached_property
    def whole_length(self) -> tuple[Span, ...]:
        """The reservation of every qubit from the first slot to the last."""
        return tuple((qubit, 0, self.length) for qubit in sorted(self.qubits))


def shortest(view: View, place: int) -> "Offer | None":
    """Choose the first offer, which is the shortest."""
    return next(iter(view.offers[place]), None)


def published(view: View, place: int) -> "Offer | None":
    """Choose the protocol of the published search, which takes no notice of decoherence."""
    from planner.models.entanglement_scheduling.protocols.menu import menu

    want = view.demands[place]
    if want.source is None or want.target is None or want.min_fidelity is None:
        return None
    ends = (want.source, want.target, want.min_fidelity)
    found = menu(view.network, *ends, want.period, schemes=("published",), routes=1, most=1)
    return next(iter(found), None)


def periodic_tasks(instance: EntanglementScheduling, choose: Choose) -> list[Periodic]:
    """Return the tasks in order of arrival; demands without a protocol are left out."""
    view = instance.view
    return _rigid(view) if view.is_rigid else _mapped(view, choose)


def _rigid(view: View) -> list[Periodic]:
    found = []
    for place, (want, (shape,)) in enumerate(zip(view.demands, view.shapes, strict=True)):
        columns = (shape.pool.tolist(), shape.begin.tolist(), shape.end.tolist())
        spans = tuple(zip(*columns, strict=True))
        pauses = by_intervals(view, shape)
        found.append(Periodic(place, _label(view, want), want.period, shape.length, spans, pauses))
    return found


def _mapped(view: View, choose: Choose) -> list[Periodic]:
    naming, found = Naming(view.capacity.tolist()), []
    for place, want in enumerate(view.demands):
        if (offer := choose(view, place)) is None:
            continue
        shape, label = offer.shape, _label(view, want)
        spans, pauses = naming.name(shape, want.period), by_operations(offer.protocol)
        found.append(Periodic(place, label, want.period, shape.length, spans, pauses, offer))
    return found


def _label(view: View, want: Want) -> str:
    """Return the text that the published code names a task by, and so orders tasks by."""
    names = view.network.names
    source = "" if want.source is None else names[want.source]
    target = "" if want.target is None else names[want.target]
    return f"S={source}, D={target}, F={want.min_fidelity}, R={want.rate}, "
