"""`planner recertify`: whether an old plan or proof holds for a changed instance."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli import show
from planner.cli.failures import Exit
from planner.cli.kinds import noticed
from planner.cli.options import FILE, set_option, verb

if TYPE_CHECKING:
    from planner.api.recertify import Recertification

_HOLDS = {True: "holds", False: "no longer holds", None: "there was none"}


@verb(
    "recertify",
    "fabric.yaml old.result.json",
    """fabric.yaml old.result.json --set 'topology.failed_links=[{leaf: leaf0, spine: spine1}]'""",
)
@click.argument("file", type=FILE)
@click.argument("result", type=FILE)
@set_option
def command(*, file: Path, result: Path, overrides: tuple[str, ...], as_json: bool) -> int:
    """Ask whether an old plan or proof holds for a changed instance.

    Nothing is solved: the plan is evaluated and the certificate checked on the instance in FILE.
    The exit code is 5 where one of the two no longer holds.
    """
    import planner as pl

    with noticed(instances=[file], results=[result]):
        found = pl.recertify(file, result, overrides=overrides)
    if as_json:
        show.document(found.model_dump(mode="json"))
    else:
        from planner.cli import result_view
        from planner.results.wording import status_words

        changed = "the same instance" if found.is_same_instance else "a changed instance"
        status = status_words(found.status, found.bound_scope)
        show.line(f"{show.plain(found.name)}: {changed}, {status}")
        show.facts(_facts(found))
        result_view.violations(found.violations, "The plan breaks:")
        result_view.violations(found.refuted, "The certificate is different now:")
        result_view.reasons(found.why)
    broken = False in (found.plan_holds, found.bound_holds)
    return Exit.REFUTED if broken else Exit.FINE


def _facts(found: "Recertification") -> Iterator[tuple[str, str]]:
    from planner.cli.result_view import bound_source

    yield "plan", _HOLDS[found.plan_holds]
    yield "proof", _HOLDS[found.bound_holds]
    unit = "1"
    if found.objective is not None:
        unit = found.objective.unit
        before = found.objective_before.value if found.objective_before is not None else None
        value = f"{show.quantity(found.objective.value, unit)}, was {show.quantity(before, unit)}"
        yield "objective", f"{found.objective.name} {value}"
    if found.bound is not None:
        now, then = show.quantity(found.bound, unit), show.quantity(found.bound_before, unit)
        who = bound_source(found.bound_source, scope=found.bound_scope)
        yield "bound", f"{now} ({who}), was {then}"
    if found.gap is not None:
        yield "gap", show.percent(found.gap)
