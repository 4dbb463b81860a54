"""The rates of a plan with the names of the workers, for every format that writes them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import CapabilityError
from planner.models.gossip_rates.matchings import matching_rates
from planner.models.gossip_rates.plan import MatchingPlan, RatesPlan
from planner.models.gossip_rates.references import SYNCHRONOUS

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.models.gossip_rates.view import View
    from planner.results.result import Result


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as rates between named workers; edges without a rate are left out."""

    view: "View"
    names: list[str]
    plan: RatesPlan | MatchingPlan
    every: FloatArray
    """Rate of each edge of the view, shape (m,)."""
    used: IntArray
    """Edges with a rate, in the order of the view."""

    @property
    def ends(self) -> IntArray:
        """The two workers of each edge in use, shape (k, 2)."""
        return self.view.ends[self.used]

    @property
    def rate(self) -> FloatArray:
        """Rate of each edge in use, shape (k,)."""
        return self.every[self.used]

    @property
    def calls(self) -> FloatArray:
        """How often the first worker of each edge in use calls the second, shape (k,).

        Half of the rate where the instance gives workers no clocks.
        """
        plan = self.plan
        called = isinstance(plan, RatesPlan) and plan.calls.shape == self.every.shape
        if self.view.clock is None or not called or not isinstance(plan, RatesPlan):
            return self.rate / 2
        return np.clip(plan.calls[self.used], 0.0, self.rate)

    @property
    def is_synchronous(self) -> bool:
        """Whether the figures are weights of an averaging matrix, not rates."""
        return self.view.objective in SYNCHRONOUS


def planned(result: "Result", instance: "GossipRates", *, rates: bool = False) -> Planned:
    """Return the plan of a result.

    Raises `CapabilityError` where there is none, or (`rates`) where it holds weights, not rates.
    """
    plan, view = result.plan, instance.view
    if not isinstance(plan, RatesPlan | MatchingPlan):
        raise CapabilityError("the result holds no plan, so there is nothing to export")
    if rates and view.objective in SYNCHRONOUS:
        raise CapabilityError(
            f"a plan for `{view.objective}` holds weights, not rates; export `mixing-matrix`"
        )
    every = matching_rates(view, plan) if isinstance(plan, MatchingPlan) else plan.rate
    names = instance.topology.names()
    return Planned(view, names[0 : len(names)], plan, every, np.flatnonzero(every))


def write_json(path: Path, values: dict[str, Any]) -> list[Path]:
    """Write an object, long lists one entry per line; return the file written."""
    rows = [f"{json.dumps(key)}: {_value(value)}" for key, value in values.items()]
    path.write_text("{\n " + ",\n ".join(rows) + "\n}\n", encoding="utf-8", newline="\n")
    return [path]


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) > 8:
        return "[\n  " + ",\n  ".join(_plain(item) for item in value) + "\n ]"
    if isinstance(value, dict) and len(value) > 8:
        rows = [f"{json.dumps(key)}: {_plain(item)}" for key, item in value.items()]
        return "{\n  " + ",\n  ".join(rows) + "\n }"
    return _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
