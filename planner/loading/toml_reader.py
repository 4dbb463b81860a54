"""Reads TOML, and finds where its keys and values stand."""

import re
import tomllib

from planner.loading.limits import DEPTH, VALUES
from planner.loading.places import Reading
from planner.loading.toml_places import scan
from planner.models.base.errors import Finding, InputError

_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")


def read_toml(text: str) -> Reading:
    """Return the data of a TOML text.

    Raises `InputError` (`toml-syntax`, `duplicate-key`, `too-deep`, `too-many-values`).
    """
    if text.count(",") + text.count("=") >= VALUES:
        message = f"the file holds more than {VALUES:,} values"
        fix = "Move large tables into `.npz` or `.csv` side-cars and name them in the instance."
        raise InputError([Finding(code="too-many-values", message=message, fix=fix)])
    try:
        data = tomllib.loads(text)
    except RecursionError:
        message = f"the lists and mappings are more than {DEPTH} levels deep"
        fix = "Write the instance with fewer levels."
        raise InputError([Finding(code="too-deep", message=message, fix=fix)]) from None
    except ValueError as error:  # Whole numbers of thousands of digits raise the plain kind.
        raise InputError([_explain(str(error), text)]) from None
    return Reading(data, lambda: scan(text))


def _explain(said: str, text: str) -> Finding:
    at = _AT.search(said)
    line = column = None
    if at is not None:
        line = int(at[1] or text.count("\n") + 1)
        column = int(at[2]) if at[2] else None
    message = _AT.sub("", said)[:200]
    message = message[:1].lower() + message[1:]
    if "integer string conversion" in message:
        message = "a number has thousands of digits"
    if message.startswith(("cannot overwrite", "cannot declare", "duplicate inline")):
        return Finding(
            code="duplicate-key",
            message="a key or table is given twice",
            fix="Keep one of the two.",
            line=line,
            column=column,
        )
    return Finding(
        code="toml-syntax",
        message=message,
        fix='Write `key = value`, texts in double quotes (`link_rate = "400 Gbit/s"`).',
        line=line,
        column=column,
    )
