"""How numbers are chosen: metadata only; `methods` holds the code."""

from typing import Any

from planner.solvers.contract import Choice, Method

MOST_TRIED = 20
MOST_SORTED = 100_000


def _too_many_to_try(instance: Any) -> str | None:
    if len(instance.values) > MOST_TRIED:
        return f"it tries every choice of at most {MOST_TRIED} numbers; `sort` takes more"
    return None


def _entry(name: str) -> str:
    return f"planner_dummy.solvers.methods:{name}"


METHODS = (
    Method(name="sort", proves="exact", entry=_entry("sort"),
           summary="Take the smallest numbers; the price of the next one proves it."),
    Method(name="try_all", proves="exact", entry=_entry("try_all"), refuses=_too_many_to_try,
           summary="Try every choice."),
    Method(name="worker_sort", proves="exact", entry=_entry("sort"), isolated=True,
           summary="Like `sort`, in the worker process."),
    Method(name="oracle", proves="exact", entry=_entry("oracle"),
           summary="Take the smallest numbers; nothing but a word proves it."),
    Method(name="stroll", proves="heuristic", entry=_entry("stroll"),
           summary="Improve a choice step by step, in no hurry.",
           options={"steps": "Swaps to try (20).", "pause": "Seconds between two."}),
    Method(name="first", proves="baseline", entry=_entry("first"),
           summary="Take the first numbers, by rule."),
    Method(name="blind", proves="baseline", entry=_entry("blind"),
           summary="Take the first numbers, forbidden or not."),
    Method(name="draw", proves="baseline", entry=_entry("draw"),
           summary="Draw numbers at random, many times."),
)  # fmt: skip


def choose(instance: Any) -> Choice:
    """Pick `sort`, which is exact at any size."""
    return Choice("sort", "sorting is exact at any size")
