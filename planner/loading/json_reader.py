"""Reads JSON as strictly as its standard says, and refuses repeated keys."""

import json
import math
import re
from typing import Any

from planner.loading.limits import DEPTH, DIGITS, VALUES
from planner.loading.paths import format_path
from planner.loading.places import Lines, Reading, Spot
from planner.models.base.errors import Finding, InputError

_TOKEN = re.compile(r'\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|([{}\[\],:])|([^\s{}\[\],:"]+))')


def read_json(text: str) -> Reading:
    """Return the data of a JSON text.

    Raises `InputError` (`json-syntax`, `too-deep`, `too-many-values`). Repeated keys are findings
    of the reading; NaN and Infinity are read, for the value check to refuse them with their place.
    """
    if text.count(",") >= VALUES:
        message = f"the file holds more than {VALUES:,} values"
        fix = "Move large tables into `.npz` or `.csv` side-cars and name them in the instance."
        raise InputError([Finding(code="too-many-values", message=message, fix=fix)])
    builder = _Builder()
    try:
        data = json.loads(text, object_pairs_hook=builder.mapping, parse_int=_integer)
    except json.JSONDecodeError as error:
        fix = (
            "JSON wants double quotes and knows no comments and no trailing commas; YAML (`.yaml`) "
            "allows all of them."
        )
        found = Finding(
            code="json-syntax",
            message=error.msg[:1].lower() + error.msg[1:],
            fix=fix,
            line=error.lineno,
            column=error.colno,
        )
        raise InputError([found]) from None
    except RecursionError:
        message = f"the lists and mappings are more than {DEPTH} levels deep"
        fix = "Write the instance with fewer levels."
        raise InputError([Finding(code="too-deep", message=message, fix=fix)]) from None
    scanner = _Scanner(text)
    if builder.has_repeated:
        scanner.scan()
    return Reading(data, lambda: _Scanner(text).scan(), tuple(scanner.findings))


class _Builder:
    """Builds mappings that keep the first of repeated keys, and remembers that there were some."""

    def __init__(self) -> None:
        self.has_repeated = False

    def mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the mapping of the pairs."""
        values = dict(pairs)
        if len(values) < len(pairs):
            self.has_repeated = True
            values = {}
            for key, value in pairs:
                values.setdefault(key, value)
        return values


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= DIGITS else math.inf


class _Scanner:
    """Walks over the tokens of a text that is known to be JSON and notes where they stand."""

    def __init__(self, text: str) -> None:
        self.findings: list[Finding] = []
        self._text = text
        self._lines = Lines(text)
        self._root = Spot(self._lines.place(len(text) - len(text.lstrip())))
        # The open collections, outermost first: the spot and the step to the value that is next.
        self._open: list[tuple[Spot, list[str | int]]] = []

    def scan(self) -> Spot:
        """Return the spots of the whole text; repeated keys go to `findings`."""
        position = 0
        while match := _TOKEN.match(self._text, position):
            position = match.end()
            string, sign, _ = match.groups()
            if sign is None:
                self._value(match.start(match.lastindex or 0), string)
            elif sign in "{[":
                spot = self._enter(match.start(2))
                self._open.append((spot, [] if sign == "{" else [0]))
            elif sign in "}]":
                self._leave()
        return self._root

    def _value(self, offset: int, string: str | None) -> None:
        if self._open and not self._open[-1][1] and string is not None:
            self._key(offset, json.loads(string, strict=False))
        else:
            self._enter(offset)
            self._next()

    def _key(self, offset: int, key: str) -> None:
        spot, step = self._open[-1]
        place = self._lines.place(offset)
        if key in spot.inside:
            path = format_path((*(steps[0] for _, steps in self._open[:-1]), key))
            message = f"the key `{key[:60]}` stands here twice"
            self.findings.append(
                Finding(
                    code="duplicate-key",
                    message=message,
                    fix="Keep one of the two.",
                    path=path,
                    line=place.line,
                    column=place.column,
                )
            )
        else:
            spot.inside[key] = Spot(place, key=place)
        step.append(key)

    def _enter(self, offset: int) -> Spot:
        """Return the spot of the value that begins at `offset`."""
        place = self._lines.place(offset)
        if not self._open:
            return self._root
        spot, step = self._open[-1]
        inner = spot.inside.get(step[0])
        if inner is None:
            inner = spot.inside[step[0]] = Spot(place)
        elif inner.place == inner.key:
            inner.place = place
        else:
            return Spot(place)  # The value of a repeated key leads nowhere.
        return inner

    def _next(self) -> None:
        if self._open:
            step = self._open[-1][1]
            if isinstance(step[0], int):
                step[0] += 1
            else:
                step.clear()

    def _leave(self) -> None:
        self._open.pop()
        self._next()
