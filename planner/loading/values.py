"""What a value of a document may be, whatever its format: plain, finite, and text that is text."""

import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np

from planner.loading.limits import DEPTH, DIGITS, VALUES
from planner.loading.paths import Path, format_path
from planner.loading.words import show
from planner.models.base.errors import InputError, Issue, refuse

_TOO_LARGE = 10**DIGITS


def check_values(data: object) -> list[Issue]:
    """Return an issue per value that no field can hold.

    The codes are `not-finite`, `text-invalid` and `value-type`. Raises `InputError` (`too-deep`)
    where lists and mappings are nested more than `DEPTH` deep.
    """
    found: list[Issue] = []
    _check(data, (), found)
    return found


def _check(value: object, path: Path, found: list[Issue]) -> None:
    if not isinstance(value, dict | list):
        issue = _scalar_issue(value, path)
        if issue is not None:
            found.append(issue)
        return
    if len(path) >= DEPTH:
        raise too_deep(path)
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(step, str) and not _is_text(step):
            found.append(_bad_text((*path, step)))
        # Most values are plain text: they need no path and no call.
        if not (isinstance(inner, str) and inner.isascii()):
            _check(inner, (*path, step), found)


def _scalar_issue(value: object, path: Path) -> Issue | None:
    if isinstance(value, str):
        return None if _is_text(value) else _bad_text(path)
    if isinstance(value, float):
        return None if math.isfinite(value) else _not_finite(path, value)
    if isinstance(value, int):
        return None if abs(value) < _TOO_LARGE else _not_finite(path, math.inf)
    if value is None:
        return None
    return Issue(
        code="value-type",
        loc=path,
        message=f"{show(value)} is not a value of a document",
        fix="Give text, numbers, true or false, lists and mappings; put dates in quotes.",
    )


def plain(value: object) -> Any:
    """Return a copy of Python data with lists, dicts and Python's own scalars only.

    Tuples and arrays become lists, numpy scalars Python's, paths text. What cannot be turned is
    left for `check_values`. Raises `InputError` (`too-deep`, `too-many-values`, `key-not-text`).
    """
    return _Copier().copy(value, ())


class _Copier:
    def __init__(self) -> None:
        self._left = VALUES

    def copy(self, value: object, path: Path) -> Any:
        self._left -= value.size if isinstance(value, np.ndarray) else 1
        if self._left < 0:
            message = f"the data hold more than {VALUES:,} values"
            raise refuse("too-many-values", message, "Move large tables into side-cars.")
        if isinstance(value, np.ndarray | np.generic):
            value = value.tolist()
        if isinstance(value, Mapping | list | tuple):
            return self._copy_collection(value, path)
        for kind in (bool, str, int, float):
            if isinstance(value, kind):
                return kind(value)
        return str(value) if isinstance(value, PurePath) else value

    def _copy_collection(
        self, value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], path: Path
    ) -> Any:
        if len(path) >= DEPTH:
            raise too_deep(path)
        if not isinstance(value, Mapping):
            return [self.copy(item, (*path, index)) for index, item in enumerate(value)]
        copied = {}
        for key, item in value.items():
            if not isinstance(key, str):
                message = f"the key {show(key)} is not text"
                raise refuse("key-not-text", message, "Give text as key.", path=format_path(path))
            copied[str(key)] = self.copy(item, (*path, key))
        return copied


def too_deep(path: Path) -> InputError:
    """Return the error for data nested too deep at `path`."""
    message = f"the lists and mappings are more than {DEPTH} levels deep"
    fix = "Write the instance with fewer levels."
    return refuse("too-deep", message, fix, path=format_path(path[:8]))


def _is_text(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bad_text(path: Path) -> Issue:
    return Issue(
        code="text-invalid",
        loc=path,
        message="the text holds half of a surrogate pair",
        fix="Write the character itself instead of `\\ud...`.",
    )


def _not_finite(path: Path, value: float) -> Issue:
    what = "NaN is not a number" if math.isnan(value) else "the number is infinite or too large"
    return Issue(
        code="not-finite",
        loc=path,
        message=what,
        fix="Write a finite number, or leave the field out where it is not known.",
    )
