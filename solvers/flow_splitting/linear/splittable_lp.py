"""The splittable optimum by linear programming, with few parts.

For each step: the flow LP, reduced by its symmetries, gives the least time and the proof; then the
flows are served within that time (or within T_nic, if that is longer), whole where they fit.
"""

from collections.abc import Mapping

from planner.models.base.rounding import CONTINUOUS, agrees
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import certificate_for, completion_time
from planner.solvers.flow_splitting.linear.flow_lp import FlowLP
from planner.solvers.flow_splitting.linear.serving import LISTED, Served, Server, plan_of
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
    state = _State(instance)
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

    def __init__(self, instance: FlowSplitting) -> None:
        view = instance.view
        is_listed = sum(len(step.traffic) for step in view.steps) <= LISTED
        self.view = view
        self.programmes = [FlowLP(view, step) for step in view.steps]
        self.servers = [Server(view, step, is_listed=is_listed) for step in view.steps]
        self.goals = [programme.shared_by_rate() for programme in self.programmes]
        self.served: list[Served] = [
            server.evenly(goal) for server, goal in zip(self.servers, self.goals, strict=True)
        ]

    def improve(self, number: int, run: Run) -> Mapping[str, str]:
        """Serve a step as early as can be; return the versions of the backends."""
        programme, server = self.programmes[number], self.servers[number]
        goal = programme.aim(run)
        served = server.in_time(goal, run)
        if served is None and not goal.is_reached and run.stopping() is None:
            # The time that balancing proved may be out of reach: ask the LP itself.
            goal = programme.solve(run)
            served = server.in_time(goal, run)
        if served is None:
            served = server.evenly(goal)
            if served.theta > self.served[number].theta:
                served = self.served[number]
        self.goals[number], self.served[number] = goal, served
        return goal.backends

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
