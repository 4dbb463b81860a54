"""`planner methods`: how a problem can be solved, and what each way proves."""

from planner.cli import show
from planner.cli.options import problem_argument, verb


@verb("methods", "flow_splitting")
@problem_argument
def command(*, problem: str, as_json: bool) -> None:
    """List the methods of a problem and what they prove.

    `exact` closes the gap, given time; `bounded` brings a bound; `heuristic` and `baseline` bring a
    plan only. `auto` picks one of them by size and structure.
    """
    import planner as pl

    found = pl.methods(problem)
    if as_json:
        show.document(
            [
                {
                    "name": each.name,
                    "proves": each.proves,
                    "summary": each.summary,
                    "options": dict(each.options),
                }
                for each in found
            ]
        )
    else:
        rows = [(each.name, each.proves, each.summary) for each in found]
        show.table(("method", "proves", "how it works"), rows)
        options = [
            (each.name, name, meaning) for each in found for name, meaning in each.options.items()
        ]
        if options:
            show.line()
            show.table(("method", "--option", "what it means"), options)
