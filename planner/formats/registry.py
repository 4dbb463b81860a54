"""Finds the formats: ours by file, others by the entry-point group `planner.formats`."""

import functools
import importlib
import logging
import pkgutil
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from planner.catalog.points import add_entries
from planner.catalog.problem import resolve
from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.yaml_writer import InstanceData
from planner.models.base.errors import refuse

GROUP = "planner.formats"

log = logging.getLogger(__name__)


@functools.cache
def formats() -> tuple[Format, ...]:
    """Return every format, our own first, each kind in alphabetical order.

    An entry point that cannot be loaded, is no `Format` or reuses a name is left out, with a
    warning in the log that names its package.
    """
    found, faults = _registered()
    for fault in faults.values():
        log.warning("left out: %s", fault)
    return found


def get_format(name: str) -> Format:
    """Return one format by name.

    Raises `InputError`: `file-format-unknown` with the known names, and `file-format-entry` for a
    format whose entry point is broken.
    """
    for kind in formats():
        if kind.name == name:
            return kind
    faults = _registered()[1]
    if name in faults:
        raise refuse("file-format-entry", faults[name], "Mend or uninstall the package.", "format")
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


def _registered() -> tuple[tuple[Format, ...], dict[str, str]]:
    """Return the formats, and what is wrong with each broken entry point, by its name."""
    found = {kind.name: kind for kind in _own()}
    faults = add_entries(entry_points(group=GROUP), Format, found)
    return tuple(found.values()), faults


def _own() -> list[Format]:
    package = importlib.import_module("planner.formats")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.ispkg)
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    found = [vars(module).get("FORMAT") for module in modules]
    return [kind for kind in found if isinstance(kind, Format)]
