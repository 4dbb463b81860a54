"""`planner import`: a file of another tool becomes an instance."""

from pathlib import Path

import click

from planner.cli import complete, files
from planner.cli.options import force_option, output_option, own_options, set_option, verb
from planner.cli.values import named_values


@verb(
    "import",
    "",
    "astra-sim fabric.txt -o fabric.yaml",
    "topohub sndlib/polska -o polska.yaml --set name=polska",
)
@click.argument("format", required=False, shell_complete=complete.formats_to_read)
@click.argument("source", required=False)
@output_option("Where the instance goes; by default to stdout.")
@own_options("format")
@set_option
@force_option
def command(
    *,
    format: str | None,
    source: str | None,
    output: Path | None,
    options: tuple[str, ...],
    overrides: tuple[str, ...],
    force: bool,
    as_json: bool,
) -> None:
    """Turn a file of another tool into an instance.

    Without arguments the formats are listed. SOURCE is a file, or a name where the format knows
    some. What the file cannot say, such as a workload, is filled in with a default and marked by a
    comment.
    """
    if format is None:
        from planner.cli.format_list import list_formats

        list_formats("reads", as_json=as_json)
        return
    if source is None:
        raise click.UsageError("Missing argument 'SOURCE'.")
    if files.is_stdout(output):
        output = None
    if output is not None:
        files.check_output(output, [Path(source)])
        if not force:
            files.check_new(output)
    text, data = _read(format, source, options, overrides)
    file = None if output is None else str(output)
    document = {"format": format, "file": file, "data": data} if as_json else None
    files.hand_over(text, output, document, following="check")


def _read(
    format: str, source: str, options: tuple[str, ...], overrides: tuple[str, ...]
) -> tuple[str, dict[str, object]]:
    """Return the instance as YAML text and as data, the overrides applied."""
    import planner as pl
    from planner.formats import InstanceData, instance_text
    from planner.loading import override

    read = pl.import_(format, source, named_values(options))
    data = override(read, overrides) if overrides else dict(read)
    if isinstance(read, InstanceData):
        return instance_text(InstanceData(data, header=read.header, comments=read.comments)), data
    return instance_text(data), data
