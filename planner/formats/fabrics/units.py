"""Rates, sizes and durations: from the spellings of simulators to the text of an instance."""

import re
from fractions import Fraction

_NUMBER = r"([0-9]{1,15}\.?[0-9]{0,15}|\.[0-9]{1,15})"
_RATE = re.compile(_NUMBER + r"(|k|K|Ki|M|Mi|G|Gi|T|Ti)([bB])(?:ps|/s)")
_TIME = re.compile(_NUMBER + r"(min|h|s|ms|us|ns|ps|fs)")
_DECIMAL = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}
_SECONDS = {
    "h": Fraction(3600),
    "min": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 10**3),
    "us": Fraction(1, 10**6),
    "ns": Fraction(1, 10**9),
    "ps": Fraction(1, 10**12),
    "fs": Fraction(1, 10**15),
}


def read_rate(text: str) -> Fraction | None:
    """Return bit/s of an ns-3 data rate such as `400Gbps` or `50GB/s`; `None` if it is none."""
    match = _RATE.fullmatch(text)
    if match is None:
        return None
    number, prefix, unit = Fraction(match[1]), match[2], match[3]
    factor: int = 1024 ** _DECIMAL[prefix[0]] if prefix[1:] == "i" else 1000 ** _DECIMAL[prefix]
    return number * factor * (8 if unit == "B" else 1)


def read_time(text: str) -> Fraction | None:
    """Return the seconds of an ns-3 time such as `0.0005ms`; `None` if it is none."""
    match = _TIME.fullmatch(text)
    return None if match is None else Fraction(match[1]) * _SECONDS[match[2]]


def rate_text(bits: Fraction) -> str:
    """Return a rate, given in bit/s, as an instance writes it: `400 Gbit/s`."""
    return _text(bits, [(f"{p}bit/s", Fraction(1000) ** n) for n, p in enumerate(" kMG")])


def size_text(size: Fraction) -> str:
    """Return a size, given in bytes, as an instance writes it: `16 MB`."""
    return _text(size, [(f"{p}B", Fraction(1000) ** n) for n, p in enumerate(" kMG")])


def time_text(seconds: Fraction) -> str:
    """Return a duration as an instance writes it: `500 ns`."""
    names = ("ps", "ns", "us", "ms", "s")
    return _text(seconds, [(name, _SECONDS[name]) for name in names])


def _text(value: Fraction, units: list[tuple[str, Fraction]]) -> str:
    """Return `value` in the largest unit that leaves a number of at least one."""
    fitting = [(name, factor) for name, factor in units if factor <= value] or units[:1]
    name, factor = fitting[-1]
    number = value / factor
    digits = str(int(number)) if number.denominator == 1 else repr(float(number))
    return f"{digits} {name.strip()}"
