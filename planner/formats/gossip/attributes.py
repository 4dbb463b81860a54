"""Reads lengths, rates and places from the attributes of networks that others published."""

from collections.abc import Mapping

from planner.formats.gossip.links import Link, great_circle
from planner.models.base.errors import refuse

KM = ("distance", "dist", "length", "km")
BITS = ("capacity", "LinkSpeedRaw", "bandwidth")
"""Bits per second."""
COST = "cost"


LEAST, MOST = 1e-18, 1e18
"""What a figure of an instance may be."""
FIX = f"Write a number from {LEAST:g} to {MOST:g}; 0, or nothing, where it is not known."


def number(value: object) -> float | None:
    """Return a number that an instance may hold as a figure, or `None`."""
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if LEAST <= found <= MOST else None


def fault_of(key: str, value: object) -> str | None:
    """Return what is wrong with an attribute of an edge, `None` for nothing.

    Numbers that no length, rate or cost can be are wrong: negative, infinite, not a number at all
    (`nan`), too small or too large. A zero and any other text say that it is not known.
    """
    try:
        found = float(str(value))
    except ValueError:
        return None
    if key not in (*KM, *BITS, COST) or found == 0 or LEAST <= found <= MOST:
        return None
    return f"`{key}` is `{str(value)[:40]}`, which no length, rate or cost can be"


def link_of(
    a: int, b: int, row: Mapping[str, object], places: Mapping[int, tuple[float, float]]
) -> Link:
    """Return a link with what its attributes say; the length from places where they say none.

    Raises `InputError` (`import-syntax`) for numbers that no figure can be, see `fault_of`.
    """
    faults = [fault for key in row if (fault := fault_of(key, row[key])) is not None]
    if faults:
        raise refuse("import-syntax", "; ".join(faults), FIX, f"edge {a} - {b}")
    km = _first(row, KM)
    if km is None and a in places and b in places:
        km = great_circle(places[a], places[b])
    bits = _first(row, BITS)
    return Link(
        a=a, b=b, km=km, bandwidth=None if bits is None else bits / 8, cost=_first(row, (COST,))
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
