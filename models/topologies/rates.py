"""Rates of one network must be comparable: computers add them up with sixteen digits."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from planner.models.base.errors import Issue

MOST_APART = 1e9
"""Largest ratio of two rates in one topology: from 1 kbit/s to 1 Tbit/s."""

Place = tuple[str | int, ...]


def check_rates(topology: BaseModel, loc: Place) -> Iterator[Issue]:
    """Yield an issue where the slowest and the fastest rate below `topology` are too far apart.

    Such files hold a unit by mistake, and no plan could be trusted to the last digit.
    """
    rates = sorted(_rates(topology, loc), key=lambda found: found[1])
    if len(rates) > 1 and rates[-1][1] > MOST_APART * rates[0][1]:
        (slow_at, slow), (_, fast) = rates[0], rates[-1]
        yield Issue(
            code="rates-apart",
            loc=slow_at,
            message=f"the slowest rate ({slow:g}) and the fastest ({fast:g}) differ by more than "
            f"a factor of {MOST_APART:g}",
            fix="Check the units of both; leave out links that carry nothing.",
        )


def _rates(value: object, loc: Place) -> Iterator[tuple[Place, float]]:
    """Yield every rate with its place, by the names of the fields."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            item, at = getattr(value, name), (*loc, field.alias or name)
            if isinstance(item, float) and name.endswith("rate"):
                yield at, item
            elif isinstance(item, tuple):
                yield from _rates(item, at)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for position, item in enumerate(value):
            yield from _rates(item, (*loc, position))
