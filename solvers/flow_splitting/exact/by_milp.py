"""The best placement of whole flows as a readable integer programme in PuLP.

minimise    t
such that   sum over spines of n(lot, spine) = flows of the lot          (assignment)
            sum over lots of size * n(lot, spine) <= t * rate            (capacity of each link)
            sum over lanes of lane(lot, spine, lane) = n(lot, spine)     (lanes of parallel links)

For small and medium instances; `exact` is faster.
"""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import COMBINATORIAL, lower
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.exact import assignment
from planner.solvers.flow_splitting.exact.assignment import Finding, Question, solve_whole
from planner.solvers.flow_splitting.exact.lots import Choices, Lots, choices
from planner.solvers.flow_splitting.exact.reading import parts_of_counts, table_of
from planner.solvers.flow_splitting.explicit import StepParts

CHOICES = 20_000
"""Most choices of flow and spine in a step."""
OPTION = "backend"
"""Option of the run: `highs` (the default) or `cbc`."""

Variables = dict[tuple[int, ...], Any]


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    return assignment.refuses(instance, CHOICES)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the best plan of whole flows, and what proves it."""
    backend = str(run.options.get(OPTION, "highs"))
    solver = {"highs": "HiGHS", "cbc": "CBC"}.get(backend, backend)
    return solve_whole(instance, run, _search, solver, refuses(instance))


def _search(question: Question, run: Run) -> Finding:
    from planner.solvers.engines.pulp_engine import solve_pulp

    programme = Programme(question)
    outcome = solve_pulp(
        programme.problem,
        run=run,
        backend=str(run.options.get(OPTION, "highs")),
        hint=programme.hint(question.start),
    )
    bound = outcome.bound
    return Finding(
        parts=programme.parts() if outcome.values is not None else None,
        # The backend keeps its rows only to a tolerance.
        bound=None if bound is None else lower(bound * programme.reference) * (1 - COMBINATORIAL),
        stopped_by=outcome.stopped_by,
        backends=outcome.backends,
    )


class Programme:
    """The integer programme of one step; times are relative to `reference`."""

    def __init__(self, question: Question) -> None:
        from pulp import LpMinimize, LpProblem

        self.lots, self.fabric = question.lots, question.fabric
        self.ways: Choices = choices(question.lots, question.fabric)
        self.reference = question.floor
        self.problem = LpProblem("whole_flows", LpMinimize)
        self.time = self.problem.add_variable("time", lowBound=1.0)
        self.problem += self.time
        self.counts = self._count_variables()
        assignment_block(self.problem, self.lots, self.counts)
        self.lanes: list[Variables] = []
        sides = (
            ("up", self.lots.source, self.fabric.up),
            ("down", self.lots.target, self.fabric.down),
        )
        for side, end, rate in sides:
            lanes = lane_block(self.problem, self.lots, self.counts, side, (end, rate))
            sizes = self.lots.size / self.reference
            capacity_block(self.problem, lanes, side, (end, rate), sizes, self.time)
            self.lanes.append(lanes)

    def _count_variables(self) -> Variables:
        return {
            (lot, spine): self.problem.add_variable(
                f"n_{lot}_{spine}", 0, int(self.lots.count[lot]), cat="Integer"
            )
            for lot, spine in zip(self.ways.lot.tolist(), self.ways.spine.tolist(), strict=True)
        }

    def hint(self, parts: StepParts) -> dict[str, float]:
        """Return whole flows as values of the counts."""
        table = table_of(self.lots, parts.flow, parts.spine, self.fabric.spines)
        return {variable.name: float(table[choice]) for choice, variable in self.counts.items()}

    def parts(self) -> StepParts:
        """Return the solution that stands in the variables."""
        counts = _whole(list(self.counts.values()))
        lanes = [_lanes(self.counts, side) for side in self.lanes]
        return parts_of_counts(self.lots, self.ways, counts, (lanes[0], lanes[1]))


def assignment_block(problem: Any, lots: Lots, counts: Variables) -> None:
    """Every flow takes one spine: the counts of a lot sum to its flows."""
    from pulp import lpSum

    by_lot: dict[int, list[Any]] = {}
    for (lot, _), variable in counts.items():
        by_lot.setdefault(lot, []).append(variable)
    for lot, variables in by_lot.items():
        problem += lpSum(variables) == int(lots.count[lot]), f"assignment_{lot}"


def lane_block(
    problem: Any, lots: Lots, counts: Variables, side: str, links: tuple[IntArray, FloatArray]
) -> Variables:
    """Deal the counts of each spine to its parallel links; return (lot, spine, lane) variables."""
    from pulp import lpSum

    end, rate = links
    lanes: Variables = {}
    for (lot, spine), variable in counts.items():
        present = np.flatnonzero(rate[end[lot], spine]).tolist()
        if len(present) == 1:
            lanes[lot, spine, present[0]] = variable
            continue
        for lane in present:
            lanes[lot, spine, lane] = problem.add_variable(
                f"{side}_{lot}_{spine}_{lane}", 0, int(lots.count[lot]), cat="Integer"
            )
        dealt = lpSum(lanes[lot, spine, lane] for lane in present)
        problem += dealt == variable, f"lanes_{side}_{lot}_{spine}"
    return lanes


def capacity_block(
    problem: Any,
    lanes: Variables,
    side: str,
    links: tuple[IntArray, FloatArray],
    sizes: FloatArray,
    time: Any,
) -> None:
    """No link is busy for longer than `time`; `sizes` are in rate times the unit of time."""
    from pulp import lpSum

    end, rate = links
    loads: dict[tuple[int, int, int], list[Any]] = {}
    for (lot, spine, lane), variable in lanes.items():
        link = int(end[lot]), spine, lane
        loads.setdefault(link, []).append(float(sizes[lot] / rate[link]) * variable)
    for (leaf, spine, lane), load in loads.items():
        problem += lpSum(load) <= time, f"capacity_{side}_{leaf}_{spine}_{lane}"


def _lanes(counts: Variables, lanes: Variables) -> IntArray:
    """Return the lane of each flow, in the order of the counts."""
    by_choice: dict[tuple[int, ...], list[tuple[int, Any]]] = {}
    for (lot, spine, lane), variable in lanes.items():
        by_choice.setdefault((lot, spine), []).append((lane, variable))
    options = [option for choice in counts for option in by_choice[choice]]
    return np.repeat([lane for lane, _ in options], _whole([variable for _, variable in options]))


def _whole(variables: list[Any]) -> IntArray:
    return np.array([round(variable.varValue) for variable in variables], dtype=np.int64)
