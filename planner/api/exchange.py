"""`import_`, `convert` and `export`: files of other tools."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from planner.api.sources import ResultSource, result_of
from planner.models.base.errors import refuse
from planner.results.result import Result
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

    Parameters and errors are those of `import_`; `target` is the YAML file to write, which cannot
    be the source (`file-is-input`).
    """
    from planner.formats import write_instance

    path = Path(target)
    keep_inputs(path, [Path(source)])
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
        For an unknown format or option, a malformed result, missing side-cars, or a `path` that
        is one of the files read.
    AuditError
        For a result file that was edited.
    CapabilityError
        When the format cannot hold this plan.

    """
    from planner.formats import export_file
    from planner.formats.registry import get_format

    found = result_of(result)
    if not isinstance(result, Result):
        folder = Path(result).parent if data_dir is None else Path(data_dir)
        sidecars = [folder / name for name in found.instance.sidecars]
        with_npz = ".json" in get_format(format).suffixes
        keep_inputs(Path(path), [Path(result), *sidecars], with_npz=with_npz)
    instance = reload_instance(found, data_dir)
    return export_file(format, found, instance, path, options)


def keep_inputs(target: Path, inputs: Iterable[Path], *, with_npz: bool = False) -> None:
    """Refuse to write onto a file that is read, or onto the `.npz` beside it.

    `with_npz` says that long arrays may go to an `.npz` beside the target too. Links are seen
    through. Raises `InputError` (`file-is-input`).
    """
    targets = [target, target.with_suffix(".npz")] if with_npz and target.name else [target]
    for each in inputs:
        for read in (each, each.with_suffix(".npz")) if each.name else (each,):
            if any(_is_same(written, read) for written in targets):
                message = f"`{target}` would replace `{read}`, which is read"
                raise refuse("file-is-input", message, "Choose another name.", path=str(target))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.is_file() and one.samefile(other)
    except OSError:
        return False
