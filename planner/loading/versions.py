"""Finds the problem of a document and brings old documents to the present schema version."""

import copy
from typing import Any

from planner.catalog import get, names
from planner.catalog.problem import Problem, resolve
from planner.catalog.registry import broken
from planner.loading.document import Document
from planner.loading.wording import missing_key, wrong_type
from planner.loading.words import choices, suggest
from planner.models.base.errors import InputError, Issue


def problem_of(document: Document) -> Problem:
    """Return the catalog entry that the document names with `problem:`.

    Raises `InputError` (`wrong-type`, `missing-key`, `problem-unknown`) with all findings of the
    document, because without the problem nothing more can be checked.
    """
    data = document.data
    if not isinstance(data, dict):
        issue = wrong_type((), data, "a mapping")
    elif "problem" not in data:
        issue = missing_key(("problem",), data, f"one of {choices(names())}.")
    elif not isinstance(data["problem"], str):
        issue = wrong_type(("problem",), data["problem"], "text")
    elif data["problem"] not in names() and data["problem"] not in broken():
        issue = Issue(
            code="problem-unknown",
            loc=("problem",),
            message=f"there is no problem `{data['problem'][:60]}`",
            fix=suggest(data["problem"], names(), "problems"),
        )
    else:
        return get(data["problem"])
    raise _stop(document, issue)


def migrate(document: Document, problem: Problem) -> Document:
    """Return the document in the problem's present schema version.

    A missing version is a finding of the document returned, which is then read as the present
    version. Raises `InputError` (`wrong-type`, `schema-version-new`, `schema-version-old`,
    `schema-migration`).
    """
    if "schema_version" not in document.data:
        issue = missing_key(("schema_version",), document.data)
        fix = f"Add `schema_version: {problem.schema_version}`."
        found = document.finding(issue.code, issue.loc, issue.message, fix)
        data = {**document.data, "schema_version": problem.schema_version}
        return document.changed(data, findings=(found,))
    version = document.data["schema_version"]
    if isinstance(version, bool) or not isinstance(version, int):
        raise _stop(document, wrong_type(("schema_version",), version, "a whole number"))
    if version > problem.schema_version:
        raise _stop(document, _too_new(version, problem))
    data = document.data
    for number in range(version, problem.schema_version):
        data = _step(document, problem, number, data)
    return document if data is document.data else document.changed(data)


def _step(document: Document, problem: Problem, number: int, data: Any) -> Any:
    if number not in problem.migrations:
        message = f"schema version {number} of `{problem.name}` can no longer be read"
        fix = f"Write the instance anew for version {problem.schema_version}: `planner new`."
        issue = Issue(code="schema-version-old", loc=("schema_version",), message=message, fix=fix)
        raise _stop(document, issue)
    try:
        moved = resolve(problem.migrations[number])(copy.deepcopy(data))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        message = f"the step from schema version {number} to {number + 1} failed: {error!r}"
        fix = "Mend the instance for its own version, or write it anew with `planner new`."
        issue = Issue(code="schema-migration", loc=("schema_version",), message=message, fix=fix)
        raise _stop(document, issue) from None
    return {**moved, "schema_version": number + 1}


def _too_new(version: int, problem: Problem) -> Issue:
    return Issue(
        code="schema-version-new",
        loc=("schema_version",),
        message=(
            f"schema version {str(version)[:20]} of `{problem.name}` is newer than this planner, "
            f"which reads up to {problem.schema_version}"
        ),
        fix="Upgrade topoplan: `pip install --upgrade topoplan`.",
    )


def _stop(document: Document, issue: Issue) -> InputError:
    found = document.finding(issue.code, issue.loc, issue.message, issue.fix)
    return InputError(document.report([found]))
