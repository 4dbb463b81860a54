"""One axis of a picture: from figures to places on the page, and where its ticks are."""

import math
from dataclasses import dataclass

SPREAD = 30
"""An axis is logarithmic where its figures are further apart than this factor."""
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis between two figures, drawn between two places."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool

    def place(self, value: float) -> float:
        """Return where a figure lies on the page."""
        low, high, at = (self._scale(figure) for figure in (self.low, self.high, value))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return round figures on the axis, in increasing order."""
        return _decades(self.low, self.high) if self.is_log else _round_steps(self.low, self.high)

    def _scale(self, value: float) -> float:
        return math.log10(value) if self.is_log else value


def make_axis(values: list[float], start: float, end: float) -> Axis:
    """Return an axis with room for all values, which are zero or more.

    It starts at zero, or is logarithmic where positive values are far apart.
    """
    low, high = min(values), max(values)
    if low > 0 and high > SPREAD * low:
        return Axis(low / 1.3, high * 1.3, start, end, is_log=True)
    return Axis(0.0, high * 1.08 if high > 0 else 1.0, start, end, is_log=False)


def _round_steps(low: float, high: float) -> list[float]:
    raw = (high - low) / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= raw * (1 - 1e-12))
    first, last = math.ceil(low / step), math.floor(high / step * (1 + 1e-12))
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for times in ((1, 2, 5), (1, 3), (1,)):
        found = [float(f"{t}e{power}") for power in powers for t in times]
        found = [tick for tick in found if low <= tick <= high]
        if len(found) <= MOST_TICKS + 1:
            break
    return found
