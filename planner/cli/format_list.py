"""The list of formats that `planner import` and `planner export` print without arguments."""

from typing import Literal

from planner.cli import show


def list_formats(which: Literal["reads", "writes"], *, as_json: bool) -> None:
    """Write the formats that can be imported (`reads`) or exported (`writes`) to stdout."""
    from planner.formats import formats

    found = [each for each in formats() if getattr(each, which)]
    if as_json:
        show.document(
            [
                {
                    "name": each.name,
                    "summary": each.summary,
                    "problems": list(each.problems),
                    "suffixes": list(each.suffixes),
                    "options": dict(each.options),
                }
                for each in found
            ]
        )
        return
    show.table(
        ("format", "problems", "what it is"),
        [(each.name, ", ".join(each.problems) or "all", each.summary) for each in found],
    )
    options = [
        (each.name, name, meaning) for each in found for name, meaning in each.options.items()
    ]
    if options:
        show.line()
        show.table(("format", "--option", "what it means"), options)
