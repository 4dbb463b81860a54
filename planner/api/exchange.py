"""`import_`, `convert` and `export`: files of other tools."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.api.sources import ResultSource, result_of
from planner.results.verify import reload_instance


def import_(
    format: str, source: str | Path, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the data of an instance read from a file of another tool.

    Parameters
    ----------
    format
        Name of the format, for example `astra-sim`.
    source
        The file to read, or what the format takes for one.
    options
        Options of the format.

    Returns
    -------
    dict
        Ready for `load`, once whatever the format does not hold has been added.

    Raises
    ------
    InputError
        For an unknown format or option, and for every fault of the file.

    """
    from planner.formats import import_file

    return import_file(format, source, options)


def convert(
    format: str, source: str | Path, target: str | Path, options: Mapping[str, Any] | None = None
) -> Path:
    """Turn a file of another tool into an instance file; return the file written.

    Parameters and errors are those of `import_`; `target` is the YAML file to write.
    """
    from planner.formats import write_instance

    path = Path(target)
    write_instance(import_(format, source, options), path)
    return path


def export(
    result: ResultSource,
    format: str,
    path: str | Path,
    *,
    data_dir: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a result in the form another system loads; return the files written.

    Parameters
    ----------
    result
        A result, or the path of its file.
    format
        Name of the format.
    path
        The file to write.
    data_dir
        Folder of the side-cars of the instance; beside the result if not given.
    options
        Options of the format.

    Raises
    ------
    InputError
        For an unknown format or option, a malformed result, or missing side-cars.
    AuditError
        For a result file that was edited.
    CapabilityError
        When the format cannot hold this plan.

    """
    from planner.formats import export_file

    found = result_of(result)
    instance = reload_instance(found, data_dir)
    return export_file(format, found, instance, path, options)
