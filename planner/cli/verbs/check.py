"""`planner check`: whether an instance is usable."""

from pathlib import Path

import click

from planner.cli import show
from planner.cli.kinds import noticed
from planner.cli.options import FILE, set_option, verb


@verb("check", "fabric.yaml")
@click.argument("file", type=FILE)
@set_option
def command(*, file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check an instance file and count what is in it.

    Every fault is listed at once, with its code, file, line and the way out. Nothing is solved.
    """
    import planner as pl

    with noticed(instances=[file]):
        instance = pl.load(file, overrides=overrides)
    summarise = getattr(instance, "summary", None)
    summary = summarise() if callable(summarise) else f"{instance.problem} `{instance.name}`"
    if as_json:
        show.document(
            {
                "ok": True,
                "problem": instance.problem,
                "name": instance.name,
                "schema_version": instance.schema_version,
                "sha256": instance.sha256(),
                "summary": summary,
            }
        )
    else:
        show.line(f"ok: {show.plain(summary)}")
