"""The splittable optimum by linear programming, with few parts.

For each step: the flow LP, reduced by its symmetries, gives the least time and the proof; then the
flows are served within that time (or within T_nic, if that is longer), whole where they fit.
"""

from collections.abc import Mapping

from planner.models.base.rounding import CONTINUOUS, agrees
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import certificate_for, completion_time
from planner.solvers.flow_splitting.linear.flow_lp import CLOSE, FlowLP, StepGoal
from planner.solvers.flow_splitting.linear.placing import FITS
from planner.solvers.flow_splitting.linear.serving import EVENLY, LISTED, Served, Server, plan_of
from planner.solvers.flow_splitting.reach import unreachable_answer


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    if instance.topology.kind != "leaf_spine":
        return "it plans leaf-spine fabrics; use `multi_commodity` for graphs"
    if instance.workload.splitting != "free":
        return "it cuts flows freely; use `exact` for whole flows, `equal_parts` for equal cuts"
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan with the least completion time among all plans, and the proof of it."""
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    state = _State(instance, run)
    run.report("sharing by rate", answer=state.answer())
    backends: dict[str, str] = {}
    for number in range(len(state.programmes)):
        if run.stopping() is not None:
            break
        if number:
            run.report(instance.view.steps[number].label, answer=state.answer())
        backends |= state.improve(number, run)
    return state.answer(is_final=True, run=run, backends=backends)


class _State:
    """The best that is known of every step."""

    def __init__(self, instance: FlowSplitting, run: Run) -> None:
        view = instance.view
        is_listed = sum(len(step.traffic) for step in view.steps) <= LISTED
        self.view = view
        self.programmes = [FlowLP(view, step) for step in view.steps]
        self.servers = [Server(view, step, is_listed=is_listed) for step in view.steps]
        self.goals = [programme.shared_by_rate(run) for programme in self.programmes]
        self.served: list[Served] = [
            server.at_once(goal, run) for server, goal in zip(self.servers, self.goals, strict=True)
        ]

    def improve(self, number: int, run: Run) -> Mapping[str, str]:
        """Serve a step as early as can be; return the versions of the backends."""
        is_large = self.programmes[number].is_large
        backends = self._halve(number, run) if is_large else self._solve(number, run)
        self._cut_nothing(number)
        return backends

    def _solve(self, number: int, run: Run) -> Mapping[str, str]:
        """Ask the LP how early a step can be served, and serve it with few parts."""
        programme, server = self.programmes[number], self.servers[number]
        goal = programme.aim(run)
        served = server.in_time(goal, run)
        if served is None and not goal.is_reached and run.stopping() is None:
            # The time that balancing proved may be out of reach: ask the LP itself.
            goal = programme.solve(run)
            served = server.in_time(goal, run)
        if served is None:
            served = server.by_halves(goal.time, run)
        self._keep(number, goal, served)
        if goal.is_reached:
            self._settle(number, goal)
        return goal.backends

    def _halve(self, number: int, run: Run) -> Mapping[str, str]:
        """Serve a step by halving the spines; how early, the LP is only asked where need be."""
        programme, server = self.programmes[number], self.servers[number]
        backends: dict[str, str] = {}
        for find in (programme.at_floor, programme.balanced, programme.solve):
            goal = find(run)
            backends |= goal.backends
            self._keep(number, goal, server.by_halves(goal.time, run))
            if self._is_optimal(number) or run.stopping() is not None:
                break
            run.report("halving the spines", answer=self.answer())
        if goal.is_reached:
            self._settle(number, goal)
        if server.has_small_flows and self._is_optimal(number):
            run.report("placing flows whole", answer=self.answer())
            backends |= self._place_whole(number, run)
        return backends

    def _place_whole(self, number: int, run: Run) -> Mapping[str, str]:
        """Try whether fewer parts do if most flows stay whole and the LP spreads the rest."""
        programme, server = self.programmes[number], self.servers[number]
        for find in (programme.balanced, programme.solve):
            if run.stopping() is not None or (find == programme.solve and programme.is_huge):
                break
            goal = find(run)
            found = server.in_time(goal, run)
            if found is not None and len(found) < len(self.served[number]):
                self._keep(number, goal, found)
                return goal.backends
        return {}

    def _cut_nothing(self, number: int) -> None:
        """Keep all flows whole where the simplest way to place them is as fast as cutting."""
        server, served = self.servers[number], self.served[number]
        if len(served) <= len(server.items):
            return
        time = max(served.theta, self.programmes[number].floor)
        whole = server.longest_first()
        if whole is not None and whole.theta <= time * (1 + FITS):
            self.served[number] = whole

    def _is_optimal(self, number: int) -> bool:
        """Return whether a step is served as early as is proved to be possible."""
        proven = max(self.programmes[number].floor, self.goals[number].proof.value)
        return self.served[number].theta <= proven * (1 + CLOSE)

    def _settle(self, number: int, goal: StepGoal) -> None:
        """Serve by the shares of the LP where nothing with fewer parts reached its time."""
        is_late = self.served[number].theta > goal.time * (1 + CLOSE)
        if is_late and self.servers[number].columns <= EVENLY:
            self._keep(number, goal, self.servers[number].evenly(goal))

    def _keep(self, number: int, goal: StepGoal, served: Served) -> None:
        """Keep a proof, and the way a step is served unless the one known is faster.

        What is done by the simple bound, NICs included, is as fast as can be.
        """
        self.goals[number] = max(self.goals[number], goal, key=lambda goal: goal.proof.value)
        known = max(self.served[number].theta, self.programmes[number].floor)
        if served.theta <= known * (1 + FITS):
            self.served[number] = served

    def answer(
        self,
        *,
        is_final: bool = False,
        run: Run | None = None,
        backends: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the plan and the proof so far; the bound on parts only in the end."""
        if self.view.fabric is None:
            raise ValueError("leaves and spines need a fabric")
        objective = completion_time(self.view, [step.theta for step in self.served])
        proofs = [goal.proof for goal in self.goals]
        certificate = certificate_for(self.view, proofs, at=objective if is_final else None)
        is_open = not agrees(objective, certificate.value, CONTINUOUS)
        return Answer(
            plan=plan_of(self.view.fabric, self.served),
            objective=objective,
            certificate=certificate,
            stopped_by=run.stopping() if run is not None and is_open else None,
            backends=backends or {},
        )
