"""Changes single values of a document: `--set workload.splitting=free`, `replace`."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from planner.loading.document import Document
from planner.loading.paths import Path, format_path, parse_path
from planner.loading.schema import Kind, field_names, fitting, kinds_at
from planner.loading.tree import exists, inside, put
from planner.loading.values import check_values, plain
from planner.loading.words import nearest, printable, shorten, show, suggest
from planner.loading.yaml_reader import read_yaml
from planner.models.base.errors import Finding, InputError

Override = tuple[Path, Any]


def parse_overrides(
    overrides: Sequence[str | tuple[str, Any]], label: str = "--set"
) -> list[Override]:
    """Return overrides as paths and plain values; texts are `path=value`, the value YAML 1.2.

    Raises `InputError` with every fault found: `override-syntax`, `override-value`.
    """
    parsed: list[Override] = []
    findings: list[Finding] = []
    for override in overrides:
        try:
            parsed.append(_parse(override))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(_labelled(finding, label) for finding in findings)
    return parsed


def _parse(override: str | tuple[str, Any]) -> Override:
    text = override if isinstance(override, str) else override[0]
    path, rest = parse_path(text)
    is_whole = rest.startswith("=") if isinstance(override, str) else not rest
    if not path or not is_whole:
        fix = "Write `path=value`, as in `topology.failed_links[0].leaf=leaf2`."
        message = f"`{shorten(text)}` is not a path and a value"
        raise InputError([Finding(code="override-syntax", message=message, fix=fix)])
    try:
        value = _read(rest[1:]) if isinstance(override, str) else plain(override[1])
        issues = check_values(value)
    except InputError as error:
        raise InputError([_bad_value(path, error.findings[0].message)]) from None
    if issues:
        raise InputError([_bad_value(path, issues[0].message)])
    return path, value


def _read(text: str) -> Any:
    reading = read_yaml(text)
    if reading.findings:
        raise InputError(reading.findings)
    return reading.data


def _bad_value(path: Path, message: str) -> Finding:
    fix = "Write the value as in a YAML file; quote it for your shell."
    return Finding(code="override-value", message=message, fix=fix, path=format_path(path))


def _labelled(finding: Finding, label: str) -> Finding:
    return Finding(
        code=finding.code,
        message=printable(finding.message),
        fix=finding.fix,
        path=printable(shorten(finding.path, 300)),
        file=label,
    )


def apply_overrides(
    document: Document, overrides: Sequence[Override], model: type[BaseModel], label: str
) -> Document:
    """Return the document with the values changed; unknown paths become findings of it.

    A field that the file leaves out can be set, and so can the entry after the last of a list.
    """
    for path, value in overrides:
        fault = _obstacle(document.data, path, model)
        if fault is not None:
            message, fix = fault
            found = _labelled(
                Finding(code="override-path", message=message, fix=fix, path=format_path(path)),
                label,
            )
            document = document.changed(document.data, findings=(found,))
            continue
        known = next(
            (depth for depth in range(len(path)) if not exists(document.data, path[: depth + 1])),
            len(path) - 1,
        )
        document = document.changed(
            put(document.data, path, value), touched=(path[: known + 1],), touched_by=label
        )
    return document


def _obstacle(data: Any, path: Path, model: type[BaseModel]) -> tuple[str, str] | None:
    """Return why nothing can be set at `path`, and how to mend it; `None` where it can."""
    kinds: tuple[Kind, ...] = (Kind(model),)
    here = data
    for depth, step in enumerate(path):
        kinds = fitting(kinds, here)
        known = format_path(path[:depth]) or "the instance"
        if isinstance(step, int):
            if not (here is None or isinstance(here, list)) or not _may_hold(kinds, step):
                return f"`{known}` is {show(here)}, not a list", f"Set `{known}` as a whole."
            if step > len(here or ()):
                fix = f"Number it from 0 to {len(here or ())}; the last of these adds an entry."
                return f"`{known}` has no entry {step}", fix
        elif not (here is None or isinstance(here, dict)):
            return f"`{known}` is {show(here)} and has no fields", f"Set `{known}` as a whole."
        elif not _may_hold(kinds, step):
            return f"there is no field `{shorten(format_path(path[: depth + 1]), 200)}`", _hint(
                path, depth, model, data
            )
        kinds = tuple(child for kind in kinds for child in kind.child(step))
        here = inside(here, step)
    return None


def _may_hold(kinds: Sequence[Kind], step: str | int) -> bool:
    if not kinds or any(kind.is_open for kind in kinds):
        return True
    if isinstance(step, int):
        return any(kind.is_list for kind in kinds)
    return any(step in kind.fields or kind.is_mapping for kind in kinds)


def _hint(path: Path, depth: int, model: type[BaseModel], data: Any) -> str:
    """Name the field nearest to the one that does not exist: beside it, or anywhere."""
    parent, name = path[:depth], str(path[depth])
    beside = field_names(kinds_at(model, parent, data))
    meant = nearest(name, beside)
    if meant is not None:
        return f"Did you mean `{format_path((*parent, meant))}`?"
    elsewhere = {str(found[-1]): found for found in _all_fields((Kind(model),), data, ())}
    meant = nearest(str(path[-1]), elsewhere) or nearest(name, elsewhere)
    if meant is not None:
        return f"Did you mean `{format_path(elsewhere[meant])}`?"
    return suggest("", beside, "fields")


def _all_fields(kinds: Sequence[Kind], data: Any, path: Path) -> list[Path]:
    """List the fields of an instance, those nearest to the root last."""
    found: list[Path] = []
    for kind in fitting(kinds, data):
        for name in kind.fields:
            if len(path) < 4:
                found += _all_fields(kind.child(name), inside(data, name), (*path, name))
            found.append((*path, name))
    return found
