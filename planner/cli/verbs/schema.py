"""`planner schema`: the JSON Schema of a document."""

import click

from planner.cli import complete, show
from planner.cli.options import verb


@verb("schema", "", "flow_splitting", "result", "flow_splitting/plan")
@click.argument("kind", required=False, shell_complete=complete.schemas)
def command(*, kind: str | None, as_json: bool) -> None:
    """Print the JSON Schema of a document, or list the kinds.

    KIND is `result`, the name of a problem (its instances), `PROBLEM/plan` or
    `PROBLEM/certificate`. A schema is JSON with or without --json.
    """
    import planner as pl

    if kind is not None:
        show.document(pl.schema(kind))
        return
    from planner.api.schema import schema_kinds

    kinds = schema_kinds()
    if as_json:
        show.document(list(kinds))
    else:
        for name in kinds:
            show.line(name)
