"""The way in: from a file (or Python data) and overrides to a validated instance."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.catalog import Problem
from planner.loading.collector import paused_collector
from planner.loading.document import Document, from_data, load_document
from planner.loading.overrides import Override, apply_overrides, parse_overrides
from planner.loading.paths import format_path
from planner.loading.sidecars import KnownReader
from planner.loading.validate import folder_reader, validate_document
from planner.loading.versions import migrate, problem_of
from planner.models.base.errors import InputError
from planner.models.base.instance import Instance, Origin
from planner.models.base.sidecar import SidecarReader

_HEAD = ("problem", "schema_version")


def load_instance(
    source: str | Path | Mapping[str, Any],
    *,
    overrides: Sequence[str | tuple[str, Any]] = (),
    folder: Path | None = None,
) -> Instance:
    """Read and validate an instance.

    Parameters
    ----------
    source
        Path of a YAML, JSON or TOML file, or the data themselves.
    overrides
        Values to change first, as `"workload.splitting=free"` or `("workload.splitting", "free")`.
    folder
        Where side-cars are looked for; the folder of the file if not given.

    Returns
    -------
    Instance
        Frozen, with `origin` telling the name of the file and the overrides.

    Raises
    ------
    InputError
        With every fault found, by line; the codes are listed in `docs/errors.md`.
    """
    changes = parse_overrides(overrides)
    with paused_collector():
        if isinstance(source, Mapping):
            document, name = from_data(source), None
        else:
            document, name = load_document(source), Path(source).name
            folder = folder if folder is not None else Path(source).parent
        known = {format_path(path): value for path, value in changes}
        origin = Origin(source=name, overrides=known)
        return _finish(document, changes, folder_reader(folder), origin, "--set")


def replace(instance: Instance, path: str, value: Any, *, folder: Path | None = None) -> Instance:
    """Return a copy of an instance with another value at `path`, validated anew.

    `value` is written as in a file: `"400 Gbit/s"`, `[]`, `None` for a field left out. Side-cars
    keep the content they were read with; new ones are looked for in `folder`. Raises `InputError`.
    """
    changes = parse_overrides([(path, value)], "replace")
    known = {format_path(changed): new for changed, new in changes}
    origin = Origin(source=instance.origin.source, overrides={**instance.origin.overrides, **known})
    reader = KnownReader(instance, folder_reader(folder))
    return _finish(from_data(instance.data()), changes, reader, origin, "replace")


def override(data: Mapping[str, Any], overrides: Sequence[str | tuple[str, Any]]) -> dict[str, Any]:
    """Return a copy of the data of an instance with other values, not validated otherwise.

    Raises `InputError` as `load_instance` does for overrides and for an unknown problem.
    """
    document, _ = _changed(from_data(data), parse_overrides(overrides), "--set")
    if document.findings:
        raise InputError(document.report([]))
    changed: dict[str, Any] = document.data
    return changed


def _changed(
    document: Document, changes: Sequence[Override], label: str
) -> tuple[Document, Problem]:
    """Apply changes, those of the problem and its version before the others."""
    head = [change for change in changes if len(change[0]) == 1 and change[0][0] in _HEAD]
    rest = [change for change in changes if change not in head]
    if isinstance(document.data, dict):
        document = apply_overrides(document, head, Instance, label)
    problem = problem_of(document)
    document = migrate(document, problem)
    return apply_overrides(document, rest, problem.model_room().Instance, label), problem


def _finish(
    document: Document,
    changes: Sequence[Override],
    sidecars: SidecarReader | None,
    origin: Origin,
    label: str,
) -> Instance:
    document, problem = _changed(document, changes, label)
    instance = validate_document(document, problem, sidecars)
    instance._origin = origin
    return instance
