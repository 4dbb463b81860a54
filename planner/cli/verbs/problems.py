"""`planner problems`: what can be planned."""

from planner.cli import show
from planner.cli.options import verb


@verb("problems", "")
def command(*, as_json: bool) -> None:
    """List the problems."""
    import planner as pl

    found = pl.problems()
    if as_json:
        shown = ("name", "title", "summary", "schema_version")
        show.document([{key: getattr(each, key) for key in shown} for each in found])
    else:
        show.table(("problem", "what it plans"), [(each.name, each.summary) for each in found])
