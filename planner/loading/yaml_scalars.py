"""The YAML 1.2 core schema: which plain scalars are null, truth values or numbers.

YAML 1.2.2, section 10.3.2. Everything else is text: `no`, `12:30`, `2024-01-01`.
"""

import math
import re

from planner.loading.limits import DIGITS

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_FIRST = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar.

    A whole number with more than `DIGITS` digits becomes infinite, and is refused as such.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST:
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= DIGITS else math.inf
    if _BASED.fullmatch(text):
        return int(text, 0) if len(text) <= DIGITS else math.inf
    return float(text) if _FLOAT.fullmatch(text) else text
