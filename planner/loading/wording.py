"""Says each fault in the user's words: a stable code, what is wrong, how to mend it."""

import re
import typing
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from planner.loading.faults import Fault
from planner.loading.paths import Path
from planner.loading.schema import Kind, field_names, kinds_at
from planner.loading.tree import at, has
from planner.loading.words import choices, nearest, quote, show, suggest
from planner.models.base.errors import Issue

_EXPECTED = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("string_type",), "text"),
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type"), "a list"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a mapping"),
    **dict.fromkeys(("none_required",), "nothing (null)"),
}
_SCALARS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
_BOUNDS = {
    "greater_than": ("gt", "{value} is not above {bound}", "Give a value above {bound}."),
    "greater_than_equal": ("ge", "{value} is below {bound}", "Give at least {bound}."),
    "less_than": ("lt", "{value} is not below {bound}", "Give a value below {bound}."),
    "less_than_equal": ("le", "{value} is above {bound}", "Give at most {bound}."),
    "multiple_of": ("multiple_of", "{value} is no multiple of {bound}", "Round the value."),
    "too_short": ("min_length", "{value} is too short", "Give at least {bound} entries."),
    "too_long": ("max_length", "{value} is too long", "Give at most {bound} entries."),
    "string_too_short": ("min_length", "{value} is too short", "Give at least {bound} characters."),
    "string_too_long": ("max_length", "{value} is too long", "Give at most {bound} characters."),
}
_NAME_PATTERN = r"^[^\s,;]+$"


def word(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    """Return what to tell the user about a fault of an instance of `model`."""
    if "fix" in fault.context:
        message, fix = str(fault.context["message"]), str(fault.context["fix"])
        return Issue(code=fault.type, loc=fault.path, message=message, fix=fix)
    if fault.type in _EXPECTED:
        return _wrong_type(fault, model, data)
    if fault.type in _BOUNDS:
        return _out_of_range(fault, data)
    return _WORDS.get(fault.type, _invalid)(fault, model, data)


def missing_key(path: Path, data: object, what: str = "") -> Issue:
    """Return the issue of a key that has to be there; `what` describes it."""
    key = str(path[-1])
    around = at(data, path[:-1])
    meant = nearest(key, around) if isinstance(around, dict) else None
    fix = f"Did you mean it by `{meant}`?" if meant else f"Add `{key}`{what and ': '}{what or '.'}"
    return Issue(code="missing-key", loc=path, message=f"`{key}` is missing", fix=fix)


def wrong_type(path: Path, value: object, expected: str) -> Issue:
    """Return the issue of a value of another type than `expected`, a noun phrase."""
    fix = f"Write {expected}."
    if expected == "text" and value is not None and not isinstance(value, list | dict):
        fix = "Put the value in quotes."
    elif "number" in expected and isinstance(value, str) and re.fullmatch(r"[\d.]+", value):
        fix = "Write the number without quotes."
    message = f"{expected} is expected here, not {show(value)}"
    return Issue(code="wrong-type", loc=path, message=message, fix=fix)


def not_one_of(path: Path, value: object, options: list[str]) -> Issue:
    """Return the issue of a value outside a short list of options."""
    meant = nearest(value, options) if isinstance(value, str) else None
    fix = f"Did you mean `{meant}`?" if meant else "Choose one of them."
    message = f"{quote(value)} is none of {choices(options)}"
    return Issue(code="not-one-of", loc=path, message=message, fix=fix)


def _wrong_type(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    value = fault.path[-1] if fault.at_key else at(data, fault.path)
    others = [] if fault.at_key else map(_phrase, kinds_at(model, fault.path, data))
    expected = dict.fromkeys([_EXPECTED[fault.type], *filter(None, others)])
    return wrong_type(fault.path, value, " or ".join(expected))


def _phrase(kind: Kind) -> str | None:
    """Return what a kind is called in the message on a wrong type."""
    if kind.model is not None or kind.is_mapping:
        return "a mapping"
    if kind.is_list:
        return "a list"
    return _SCALARS.get(kind.type)


def _out_of_range(fault: Fault, data: object) -> Issue:
    key, message, fix = _BOUNDS[fault.type]
    bound = fault.context.get(key, "")
    if isinstance(bound, float) and bound.is_integer():
        bound = int(bound)
    value = fault.path[-1] if fault.at_key else at(data, fault.path)
    return Issue(
        code="out-of-range",
        loc=fault.path,
        message=message.format(value=quote(value), bound=bound),
        fix=fix.format(bound=bound),
    )


def _unknown_key(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    key = str(fault.path[-1])
    parent = fault.path[:-1]
    fields = field_names(kinds_at(model, parent, data))
    unused = [name for name in fields if not has(at(data, parent), name)]
    meant = nearest(key, unused)
    return Issue(
        code="unknown-key",
        loc=fault.path,
        message=f"there is no field {quote(key)} here",
        fix=f"Did you mean `{meant}`?" if meant else suggest("", fields, "fields"),
    )


def _missing(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    for kind in kinds_at(model, fault.path[:-1], data):
        info = kind.fields.get(str(fault.path[-1]))
        if info is not None and info.description:
            return missing_key(fault.path, data, info.description.split("\n")[0])
    return missing_key(fault.path, data)


def _not_one_of(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    options = _literals(model, fault.path, data)
    if not options:
        options = re.findall(r"'([^']*)'", str(fault.context.get("expected", "")))
    return not_one_of(fault.path, at(data, fault.path), options)


def _unknown_tag(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    key = str(fault.context.get("discriminator", "")).strip("'")
    options = re.findall(r"'([^']*)'", str(fault.context.get("expected_tags", "")))
    if has(at(data, fault.path), key):
        path = (*fault.path, key)
        return not_one_of(path, at(data, path), options)
    return not_one_of(fault.path, at(data, fault.path), options)


def _missing_tag(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    key = str(fault.context.get("discriminator", "")).strip("'")
    options = _literals(model, (*fault.path, key), data)
    what = f"one of {choices(options)}." if options else ""
    return missing_key((*fault.path, key), data, what)


def _pattern(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    value = fault.path[-1] if fault.at_key else at(data, fault.path)
    pattern = str(fault.context.get("pattern", ""))
    if pattern == _NAME_PATTERN:
        message = f"the name {quote(value)} holds a blank, a comma or a semicolon"
        fix = "Write the name without them, for example with `_` instead."
    else:
        message = f"{quote(value)} is not written as it should be"
        fix = f"Write text that matches the pattern `{pattern}`."
    return Issue(code="text-pattern", loc=fault.path, message=message, fix=fix)


def _not_finite(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    message = "the number is NaN, infinite or too large"
    return Issue(code="not-finite", loc=fault.path, message=message, fix="Write a finite number.")


def _invalid(fault: Fault, model: type[BaseModel], data: object) -> Issue:
    message = fault.message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return Issue(
        code="invalid-value",
        loc=fault.path,
        message=f"{quote(at(data, fault.path))} is refused: {message.rstrip('.')}",
        fix="Change the value.",
    )


def _literals(model: type[BaseModel], path: Path, data: object) -> list[str]:
    """Return the values that the literal fields at `path` allow, over all kinds around it."""
    options: list[str] = []
    for kind in kinds_at(model, path[:-1], data):
        for child in kind.child(path[-1]):
            if typing.get_origin(child.type) is Literal:
                options += [str(option) for option in typing.get_args(child.type)]
    return list(dict.fromkeys(options))


_Wording = Callable[[Fault, type[BaseModel], object], Issue]
_WORDS: dict[str, _Wording] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _not_one_of,
    "enum": _not_one_of,
    "union_tag_invalid": _unknown_tag,
    "union_tag_not_found": _missing_tag,
    "string_pattern_mismatch": _pattern,
    "finite_number": _not_finite,
}
