"""What a solver room declares and answers: methods, the run they are given, and the answer.

Nothing here imports a solver, so that `planner methods` stays light.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from planner.models.base.artefacts import Certificate, Plan
from planner.models.base.evaluation import Reason

Proves = Literal["exact", "bounded", "heuristic", "baseline"]
StopReason = Literal["time", "gap", "interrupt", "memory", "crash"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The limits of a run; the instance's own `limits` are constraints, not these."""

    time_limit: float | None = None
    """Wall-clock seconds, model building and presolve included."""
    gap: float = 1e-6
    """Relative gap at which to stop; a plan counts as optimal within it, and 1e-4 at most."""
    workers: int | None = None
    """Threads of a solver; `None` leaves the engine its default (CP-SAT: 8, others: 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Light metadata of one way to solve a problem."""

    name: str
    proves: Proves
    """`exact`: closes the gap, given time. `bounded`: brings a bound. Others: a plan only."""
    summary: str
    entry: str
    """`package.module:function` with the signature `(instance, run) -> Answer`."""
    isolated: bool = False
    """Whether it calls native code that may not return, and so runs in the worker process."""
    is_quick: Callable[[Any], bool] = lambda instance: True
    """Whether it needs well below a second here, or looks at `Run.stopping` all the time.

    Where it does not, it runs in the worker process as soon as there is a time limit.
    """
    opening: str | None = None
    """`package.module:function` `(instance, run) -> Answer | None`: reports a plan made at once.

    It is kept where the time limit ends the worker before that has a plan. Where nothing can be
    better it is returned, and the worker is not started.
    """
    refuses: Callable[[Any], str | None] = lambda instance: None
    """Says why an instance is not for this method (and which method is), or `None`."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Name of each option that the method reads from its run -> what it means."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The method that `auto` picked, and why, in one sentence."""

    method: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Statistics of a stochastic baseline over `draws` independent draws."""

    mean: float
    p5: float
    p95: float
    stderr: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePoint:
    """One step of progress: seconds since the start, best objective and best bound so far."""

    elapsed: float
    objective: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a method found. Everything in it is a claim until the planner has re-checked it."""

    plan: Plan | None = None
    objective: float | None = None
    """The objective the method believes its plan has."""
    certificate: Certificate | None = None
    solver_bound: float | None = None
    """A bound only the solver's word stands for; `solver` names it."""
    solver: str | None = None
    solver_scope: str | None = None
    """Class of plans that the solver's word speaks of, be it a bound or that there is no plan, in
    the words of `Evaluation.scope`; `None` for every plan."""
    infeasible: bool = False
    reasons: tuple[Reason, ...] = ()
    stopped_by: StopReason | None = None
    deterministic: bool = True
    """False where several threads or a time stop may have changed the plan."""
    backends: Mapping[str, str] = field(default_factory=dict)
    """Version of each library that took part."""
    statistics: Mapping[str, Spread] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    trace: tuple[TracePoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What listeners are told while a method runs."""

    elapsed: float
    phase: str
    objective: float | None = None
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """|objective - bound| / |bound|, where both are known and the bound is not zero."""
        if self.objective is None or not self.bound:
            return None
        return abs(self.objective - self.bound) / abs(self.bound)


_ALIKE = 1e-9
"""Relative difference of two distances from the bound that is rounding."""

Listener = Callable[[Progress, Answer | None], None]


class Run:
    """What a method is given besides its instance: limits, seed, clock, and where to report.

    Methods call `report` for each incumbent (so that Ctrl-C and deadlines keep the best plan) and
    look at `stopping` between steps.
    """

    def __init__(
        self,
        budget: Budget | None = None,
        *,
        seed: int = 0,
        options: Mapping[str, Any] | None = None,
        previous: Plan | None = None,
        listener: Listener | None = None,
        elapsed: float = 0.0,
    ) -> None:
        self.budget = budget or Budget()
        self.seed = seed
        self.options: Mapping[str, Any] = options or {}
        self.previous = previous
        self.incumbent: Answer | None = None
        self.trace: list[TracePoint] = []
        self._listener = listener
        self._stop = threading.Event()
        self._start = time.monotonic() - elapsed

    def elapsed(self) -> float:
        """Return the seconds since the request began, building included."""
        return time.monotonic() - self._start

    def remaining(self) -> float | None:
        """Return the seconds left (never below zero), or `None` without a time limit."""
        limit = self.budget.time_limit
        return None if limit is None else max(0.0, limit - self.elapsed())

    def stopping(self) -> StopReason | None:
        """Return why the method should stop now, or `None`."""
        if self._stop.is_set():
            return "interrupt"
        return "time" if self.remaining() == 0.0 else None

    @property
    def has_plan(self) -> bool:
        """Whether an incumbent was reported that has a plan."""
        return self.incumbent is not None and self.incumbent.plan is not None

    def stop(self) -> None:
        """Ask the method to stop; safe from any thread."""
        self._stop.set()

    def report(
        self,
        phase: str,
        *,
        answer: Answer | None = None,
        objective: float | None = None,
        bound: float | None = None,
    ) -> None:
        """Tell listeners how far the run is; an `answer` becomes the incumbent.

        Of an answer with a worse plan than the incumbent only the proof is taken over.
        """
        last = self.trace[-1] if self.trace else TracePoint(elapsed=0.0)
        if answer is not None:
            answer = self.incumbent = self.better(answer, last.bound if bound is None else bound)
            objective = objective if answer.objective is None else answer.objective
        objective = last.objective if objective is None else objective
        bound = last.bound if bound is None else bound
        if (objective, bound) != (last.objective, last.bound):
            self.trace.append(TracePoint(elapsed=self.elapsed(), objective=objective, bound=bound))
        if self._listener is not None:
            progress = Progress(
                elapsed=self.elapsed(), phase=phase, objective=objective, bound=bound
            )
            self._listener(progress, answer)

    def better(self, answer: Answer, bound: float | None) -> Answer:
        """Return the answer, or with its proof the plan of the incumbent if that is better.

        The better of two objectives is the one closer to the bound, be it from above or below.
        """
        old = self.incumbent
        if old is None or old.plan is None:
            return answer
        if answer.plan is not None:
            if bound is None or old.objective is None or answer.objective is None:
                return answer
            if abs(answer.objective - bound) <= abs(old.objective - bound) * (1 + _ALIKE):
                return answer
        return replace(
            answer,
            plan=old.plan,
            objective=old.objective,
            certificate=answer.certificate or old.certificate,
            notes=(*old.notes, *answer.notes),
        )

    def rng(self, stream: str) -> np.random.Generator:
        """Return a generator that depends only on the seed and the name of the stream."""
        key = [int(byte) for byte in stream.encode()]
        return np.random.default_rng(np.random.SeedSequence([self.seed, *key]))
