"""Whether any plan that the policy allows fits the memory, and which part of it is in the way."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from planner.models.base.evaluation import Reason
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.mixed import smallest_mixed, why_no_mixed
from planner.models.hierarchical_sharding.optimum import find_optimum, why_not
from planner.models.hierarchical_sharding.options import all_options
from planner.models.hierarchical_sharding.view import View

Stop = Callable[[], bool]

RELAXED: dict[str, dict[str, Any]] = {
    "policy.frameworks": {"frameworks": ("any",)},
    "limits.communicators": {"communicators": None},
    "policy.keep": {"keeps": (False, True)},
    "policy.secondary": {"secondary": True},
    "policy.mixed": {"mixed": True},
}
"""Parts of the policy, and the view without them."""


def why_unsearched(view: View) -> str | None:
    """Return why not all plans that the policy allows can be looked at, or `None`."""
    return why_no_mixed(view) if view.mixed else why_not(view)


def smallest_allowed(view: View, stop: Stop = lambda: False) -> float | None:
    """Return the least memory of any plan that the policy allows, or `None` without plans.

    For mixed plans a limit on communicators counts within each layer only, which may leave the
    value too small, never too large.
    """
    if view.mixed:
        return smallest_mixed(view, all_options(view))
    found = find_optimum(view, stop)
    return float(found.front.memory[0]) if found is not None and len(found.front) else None


def excludes_all(view: View, smallest: float | None) -> bool:
    """Return whether plans of at least `smallest` bytes do not fit."""
    if smallest is None:
        return True
    return view.memory is not None and smallest > view.memory * (1 + TIE)


def policy_reasons(view: View, smallest: float | None) -> tuple[Reason, ...]:
    """Return which parts of the policy leave nothing, and what would mend it."""
    single = tuple(_helpful(view, smallest))
    if single:
        return single
    parts = [field for field, change in RELAXED.items() if _is_restricted(view, change)]
    return (_reason(" and ".join(parts), parts[0] if parts else "policy", view, smallest, None),)


def _helpful(view: View, smallest: float | None) -> Iterator[Reason]:
    """Yield each part of the policy that is alone in the way."""
    for field, change in RELAXED.items():
        if not _is_restricted(view, change):
            continue
        wider = dataclasses.replace(view, **change)
        if why_unsearched(wider) is not None:
            continue
        without = smallest_allowed(wider)
        if not excludes_all(wider, without):
            yield _reason(field, field, view, smallest, without)


def _is_restricted(view: View, change: dict[str, Any]) -> bool:
    return any(getattr(view, name) != value for name, value in change.items())


def _reason(
    parts: str, field: str, view: View, smallest: float | None, without: float | None
) -> Reason:
    message = f"{parts} allows no plan"
    if smallest is not None and view.memory is not None:
        message += (
            f" that fits {view.memory / 1e9:.6g} GB per device; the smallest takes "
            f"{smallest / 1e9:.6g} GB"
        )
    if without is not None:
        message += f"; without that limit there are plans from {without / 1e9:.6g} GB"
    setting = getattr(view, {"policy.keep": "keeps"}.get(field, field.split(".")[-1]), None)
    listed = setting if isinstance(setting, tuple) else (setting,)
    return Reason(
        code="policy-excludes",
        constraint=field,
        where=", ".join(str(each).lower() for each in listed),
        message=f"{message}. Widen {parts}{', or raise limits.memory' if view.memory else ''}",
    )
