"""Reads lengths, rates and places from the attributes of networks that others published."""

from collections.abc import Mapping

from planner.formats.gossip.links import Link, great_circle

KM = ("distance", "dist", "length", "km")
BITS = ("capacity", "LinkSpeedRaw", "bandwidth")
"""Bits per second."""


def number(value: object) -> float | None:
    """Return a finite number above zero, or `None`."""
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if 0 < found < 1e18 else None


def link_of(
    a: int, b: int, row: Mapping[str, object], places: Mapping[int, tuple[float, float]]
) -> Link:
    """Return a link with what its attributes say; the length from places where they say none."""
    km = _first(row, KM)
    if km is None and a in places and b in places:
        km = great_circle(places[a], places[b])
    bits = _first(row, BITS)
    return Link(
        a=a, b=b, km=km, bandwidth=None if bits is None else bits / 8, cost=_first(row, ("cost",))
    )


def place_of(row: Mapping[str, object]) -> tuple[float, float] | None:
    """Return latitude and longitude of a node, or `None`."""
    try:
        north, east = float(str(row["Latitude"])), float(str(row["Longitude"]))
    except (KeyError, ValueError):
        return None
    return (north, east) if abs(north) <= 90 and abs(east) <= 360 else None


def _first(row: Mapping[str, object], keys: tuple[str, ...]) -> float | None:
    return next((found for key in keys if (found := number(row.get(key))) is not None), None)
