"""Quantities with their unit in the value: `400 Gbit/s`, `16 MiB`, `500 ns`, `5 km`.

Values are stored as floats in one base unit per dimension (byte, byte per second, second, metre),
each correctly rounded from the decimal text. An instance with `units: normalised` writes bare
numbers for sizes and rates instead.
"""

import functools
import math
import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema
from pydantic_core.core_schema import SerializationInfo, ValidationInfo

from planner.models.base.faults import fault

_TEXT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(\S{1,30})?\s*")
_UNIT = re.compile(r"[A-Za-z\u00b5\u03bc]+(?:/[A-Za-z\u00b5\u03bc]+)?")

# Bits and bytes have a dimension of their own, so that `400 GHz` is not a rate.
_UNITS = """
kilo- = 1000 = k-
mega- = 1000000 = M-
giga- = 1000000000 = G-
tera- = 1000000000000 = T-
peta- = 1000000000000000 = P-
exa- = 1000000000000000000 = E-
milli- = 1/1000 = m-
micro- = 1/1000000 = u- = µ- = μ-
nano- = 1/1000000000 = n-
pico- = 1/1000000000000 = p-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-
gibi- = 1073741824 = Gi-
tebi- = 1099511627776 = Ti-
bit = [data]
byte = 8 * bit = B
second = [time] = s
minute = 60 * second = min
hour = 3600 * second = h
day = 86400 * second = d
meter = [length] = m = metre
hertz = 1 / second = Hz
bps = bit / second
flop = [compute] = FLOP
watt = [power] = W
percent = 1 / 100
"""

SMALLEST, LARGEST = 1e-30, 1e30
"""Limits of a quantity in its base unit, so that no sum or quotient of quantities overflows."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity: its name, the unit it is stored in, and how a user may write it."""

    name: str
    unit: str
    examples: tuple[str, ...]
    normalisable: bool = False


RATE = Dimension("rate", "B/s", ("400 Gbit/s", "25 GB/s"), normalisable=True)
SIZE = Dimension("size", "B", ("16 MB", "16 MiB", "1 Gbit"), normalisable=True)
DURATION = Dimension("duration", "s", ("500 ns", "2 ms"))
LENGTH = Dimension("length", "m", ("5 km", "30 m"))
FREQUENCY = Dimension("frequency", "Hz", ("1400 Hz", "2 kHz"))


def _import_pint() -> Any:
    """Import pint without scipy, which pint only probes for and which would slow every check."""
    absent = "scipy" not in sys.modules
    if absent:
        sys.modules["scipy"] = None  # type: ignore[assignment]
    try:
        import pint
    finally:
        if absent:
            del sys.modules["scipy"]
    return pint


@functools.cache
def _registry() -> Any:
    pint = _import_pint()
    registry: Any = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    for line in _UNITS.strip().splitlines():
        registry.define(line)
    return registry


@functools.cache
def _factor(unit: str, base: str) -> Fraction | str:
    """Return how many `base` one `unit` is, or why it is none."""
    pint = _import_pint()
    if not _UNIT.fullmatch(unit):
        return "unknown"
    try:
        given = _registry().Quantity(Fraction(1), unit)
    except pint.errors.UndefinedUnitError:
        return "unknown"
    try:
        return Fraction(given.to(base).magnitude)
    except pint.errors.DimensionalityError:
        return "other dimension"


def _hint(unit: str, dimension: Dimension) -> str:
    example = " or ".join(f"`{text}`" for text in dimension.examples[:2])
    if re.fullmatch(r"[kKMGTP]?b(/s|ps)?", unit) and dimension in (RATE, SIZE):
        return f"Write `bit` for bits and `B` for bytes, as in {example}."
    if unit in {"K", "KB", "KB/s", "k", "M", "G", "T"} and dimension in (RATE, SIZE):
        return f"Name the unit in full, as in {example}."
    return f"Write the {dimension.name} as in {example}."


def parse(text: object, dimension: Dimension, *, normalised: bool = False) -> float:
    """Return the quantity that `text` writes, in `dimension.unit` (or bare, if `normalised`).

    Raises `PydanticCustomError` with the codes `quantity-unit-missing`, `quantity-unit-unknown`,
    `quantity-dimension`, `quantity-not-finite`, `quantity-range` or `quantity-syntax`.
    """
    bare = normalised and dimension.normalisable
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        raise fault("quantity-syntax", f"{text!r} is not a {dimension.name}", _hint("", dimension))
    if isinstance(text, int | float):
        if not bare:
            message = f"the {dimension.name} {text} has no unit"
            raise fault("quantity-unit-missing", message, _hint("", dimension))
        value, unit = str(text), None
    else:
        match = _TEXT.fullmatch(text)
        if match is None:
            message = f"`{text[:60]}` is not a {dimension.name}"
            raise fault("quantity-syntax", message, _hint("", dimension))
        value, unit = match[1], match[2]
    return _convert(value, unit, dimension, bare=bare)


@functools.lru_cache(maxsize=4096)
def _convert(value: str, unit: str | None, dimension: Dimension, *, bare: bool) -> float:
    if value in {"nan", "inf", "-inf"}:
        raise fault("quantity-not-finite", f"{value} is not a number", _hint("", dimension))
    if bare and unit is not None:
        message = f"`{value} {unit}` has a unit, but this instance says `units: normalised`"
        fix = "Write the bare number, or remove `units: normalised` and give every value its unit."
        raise fault("quantity-unit-unexpected", message, fix)
    if unit is None and not bare:
        message = f"the {dimension.name} {value} has no unit"
        raise fault("quantity-unit-missing", message, _hint("", dimension))
    factor = 1 if unit is None else _factor(unit, dimension.unit)
    if isinstance(factor, str):
        code = "quantity-unit-unknown" if factor == "unknown" else "quantity-dimension"
        what = "is not a unit" if factor == "unknown" else f"does not measure a {dimension.name}"
        raise fault(code, f"`{unit}` {what}", _hint(unit or "", dimension))
    try:
        # Fractions are slow, and nothing is rounded twice where the unit is the base unit.
        number = float(value) if factor == 1 else float(Fraction(value) * factor)
        if math.isinf(number):
            raise OverflowError
    except (OverflowError, ValueError):  # Python refuses to read thousands of digits.
        message = f"`{value[:60]}` is too large for a number"
        raise fault("quantity-not-finite", message, _hint("", dimension)) from None
    if number and not SMALLEST <= abs(number) <= LARGEST:
        message = f"{number:g} {dimension.unit} is beyond what any {dimension.name} can be"
        fix = f"Give a {dimension.name} between {SMALLEST:g} and {LARGEST:g} {dimension.unit}."
        raise fault("quantity-range", message, fix)
    return number


class Quantity:
    """Marks a float field as a quantity of one dimension, read and written with its unit."""

    def __init__(self, dimension: Dimension) -> None:
        self.dimension = dimension

    def _read(self, value: object, info: ValidationInfo) -> float:
        normalised = bool((info.context or {}).get("normalised"))
        return parse(value, self.dimension, normalised=normalised)

    def _write(self, value: float | str, info: SerializationInfo) -> str | float:
        if isinstance(value, str):
            return value  # a word that the field allows beside quantities, say `unlimited`
        normalised = isinstance(info.context, dict) and bool(info.context.get("normalised"))
        bare = normalised and self.dimension.normalisable
        return value if bare else f"{value!r} {self.dimension.unit}"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_before_validator_function(
            self._read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._write, info_arg=True
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": ["string", "number"],
            "description": f"a {self.dimension.name} with its unit",
            "examples": list(self.dimension.examples),
        }


Rate = Annotated[float, Field(gt=0), Quantity(RATE)]
"""Bytes per second, above zero."""
Size = Annotated[float, Field(gt=0), Quantity(SIZE)]
"""Bytes, above zero."""
AnySize = Annotated[float, Field(ge=0), Quantity(SIZE)]
"""Bytes, zero or more."""
Duration = Annotated[float, Field(ge=0), Quantity(DURATION)]
"""Seconds, zero or more."""
Length = Annotated[float, Field(ge=0), Quantity(LENGTH)]
"""Metres, zero or more."""
Frequency = Annotated[float, Field(gt=0), Quantity(FREQUENCY)]
"""Hertz, above zero."""
