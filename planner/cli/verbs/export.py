"""`planner export`: a result becomes files that other systems load."""

import tempfile
from pathlib import Path

import click

from planner.cli import complete, files, show
from planner.cli.kinds import noticed
from planner.cli.options import FILE, data_option, output_option, own_options, verb
from planner.cli.values import named_values


@verb("export", "", "plan-csv fabric.result.json -o paths.csv")
@click.argument("format", required=False, shell_complete=complete.formats_to_write)
@click.argument("result", type=FILE, required=False)
@output_option("The file to write.")
@data_option
@own_options("format")
def command(
    *,
    format: str | None,
    result: Path | None,
    output: Path | None,
    data: Path | None,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Turn a result into files that other systems load.

    Without arguments the formats are listed.
    """
    if format is None:
        from planner.cli.format_list import list_formats

        list_formats("writes", as_json=as_json)
        return
    if result is None:
        raise click.UsageError("Missing argument 'RESULT'.")
    if output is None:
        raise click.UsageError("Missing option '-o', the file to write.")
    import planner as pl

    files.check_output(output, [result])
    asked = named_values(options)
    if files.is_stdout(output):
        with (
            noticed(results=[result], with_data=True),
            tempfile.TemporaryDirectory(prefix="planner-") as folder,
        ):
            place = Path(folder, "export")
            written = pl.export(result, format, place, data_dir=data, options=asked)
            if len(written) > 1:
                raise click.UsageError("This is more than one file; give `-o` a name.")
            click.echo(written[0].read_bytes(), nl=False)
        return
    try:
        with noticed(results=[result], with_data=True):
            written = pl.export(result, format, output, data_dir=data, options=asked)
    except OSError as error:
        raise files.unwritable(output, error) from None
    if as_json:
        show.document({"format": format, "files": [str(path) for path in written]})
    else:
        for path in written:
            show.line(f"wrote {path}")
