"""The schedule of a result with the names of nodes and demands, for every format that writes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.evaluation.timetable import Rows
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.models.entanglement_scheduling.plan import EntanglementPlan, Protocol
    from planner.models.entanglement_scheduling.view import View, Want
    from planner.results.result import Result


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule: its rows, and the protocol of each (none where tasks are rigid)."""

    view: "View"
    plan: "EntanglementPlan"
    rows: "Rows"
    protocols: "tuple[Protocol, ...]"

    def repetitions(self) -> "Iterator[tuple[int, Want, int, int, int]]":
        """Yield row, demand, repetition, first slot and slot after the last, by row."""
        place = 0
        for row, demand in enumerate(self.rows.demand.tolist()):
            for repetition in range(int(self.rows.count[row])):
                start, end = int(self.rows.start[place]), int(self.rows.end[place])
                yield row, self.view.demands[demand], repetition, start, end
                place += 1

    def nodes(self, row: int) -> list[int]:
        """Return the nodes whose qubits a row holds, ascending."""
        pools = self.rows.shapes[row].pool
        return sorted(set(self.view.pool_node[pools].tolist()))


def planned(result: "Result", instance: "EntanglementScheduling") -> Planned:
    """Return the schedule of a result; raises `CapabilityError` where there is none to read."""
    from planner.models.entanglement_scheduling.evaluation.reading import read
    from planner.models.entanglement_scheduling.plan import PLANS

    if isinstance(result.plan, PLANS):
        found = read(instance.view, result.plan)
        if found.rows is not None:
            return Planned(instance.view, result.plan, found.rows, found.protocols)
    message = f"the result of `{instance.name}` is {result.status} and holds no schedule"
    raise CapabilityError(f"{message}; export one that has a plan")
