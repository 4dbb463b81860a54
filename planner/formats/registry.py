"""Finds the formats: ours by file, others by the entry-point group `planner.formats`."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from planner.catalog.problem import resolve
from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.yaml_writer import InstanceData
from planner.models.base.errors import refuse

GROUP = "planner.formats"


@functools.cache
def formats() -> tuple[Format, ...]:
    """Return every format, our own first, each kind in alphabetical order.

    Raises `InputError` (`file-format-entry`) when an entry point is no `Format` or reuses a name.
    """
    found = {kind.name: kind for kind in _own()}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        kind = point.load()
        if not isinstance(kind, Format) or kind.name in found:
            message = f"the entry point `{point.name}` in `{GROUP}` is no new planner Format"
            raise refuse("file-format-entry", message, f"Fix or uninstall `{point.value}`.")
        found[kind.name] = kind
    return tuple(found.values())


def get_format(name: str) -> Format:
    """Return one format by name; raises `InputError` (`file-format-unknown`) naming the others."""
    for kind in formats():
        if kind.name == name:
            return kind
    known = ", ".join(kind.name for kind in formats())
    raise refuse(
        "file-format-unknown", f"there is no format `{name}`", f"Known formats: {known}.", "format"
    )


def import_file(
    format: str, source: str | Path, options: Mapping[str, Any] | None = None
) -> InstanceData:
    """Read `source` and return the data of an instance, ready for `write_instance`.

    The data has not been validated against the problem. Raises `InputError` for an unusable
    format (`file-format-unknown`, `file-format-import`) or option (`option-unknown`,
    `option-value`) and, with file and line, for everything wrong in the source.
    """
    kind = get_format(format)
    if kind.read is None:
        known = ", ".join(other.name for other in formats() if other.reads)
        message = f"the format `{format}` can be exported, not imported"
        raise refuse("file-format-import", message, f"Formats to import: {known}.", "format")
    data = resolve(kind.read)(Path(source), Options(kind, options))
    return data if isinstance(data, InstanceData) else InstanceData(data)


def export_file(
    format: str,
    result: Any,
    instance: Any,
    path: str | Path,
    options: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write the plan or proof of `result` for other programmes; return the files written.

    `result` is a `planner.results.Result`, `instance` the validated instance it belongs to.
    Raises `InputError` for an unusable format (`file-format-unknown`, `file-format-export`) or
    option, and `CapabilityError` when the format cannot hold this plan.
    """
    kind = get_format(format)
    if kind.write is None or not kind.serves(instance.problem):
        known = [other.name for other in formats() if other.writes]
        served = [name for name in known if get_format(name).serves(instance.problem)]
        message = f"results of `{instance.problem}` cannot be exported as `{format}`"
        fix = f"Formats to export: {', '.join(served)}."
        raise refuse("file-format-export", message, fix, "format")
    written: list[Path] = resolve(kind.write)(result, instance, Path(path), Options(kind, options))
    return written


def _own() -> list[Format]:
    package = importlib.import_module("planner.formats")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.ispkg)
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    found = [vars(module).get("FORMAT") for module in modules]
    return [kind for kind in found if isinstance(kind, Format)]
