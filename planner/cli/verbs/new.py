"""`planner new`: a commented instance to begin with."""

from pathlib import Path

from planner.cli import files
from planner.cli.options import force_option, output_option, problem_argument, verb


@verb("new", "flow_splitting -o fabric.yaml")
@problem_argument
@output_option("Where the instance goes; by default to stdout.")
@force_option
def command(*, problem: str, output: Path | None, force: bool, as_json: bool) -> None:
    """Write a commented template instance.

    It solves as it is; change it to what you have.
    """
    import planner as pl

    if files.is_stdout(output):
        output = None
    if output is not None:
        files.check_output(output) if force else files.check_new(output)
    text = pl.new(problem)
    file = None if output is None else str(output)
    document = {"problem": problem, "file": file, "text": text} if as_json else None
    files.hand_over(text, output, document, following="solve")
