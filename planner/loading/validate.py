"""Turns plain data into a validated instance, or into every fault that it has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.catalog import Problem
from planner.loading import faults
from planner.loading.document import Document, from_data
from planner.loading.limits import FINDINGS
from planner.loading.sidecars import FolderReader
from planner.loading.tree import remove
from planner.loading.versions import migrate, problem_of
from planner.loading.wording import word
from planner.models.base.errors import Finding, InputError, Issue
from planner.models.base.instance import Instance, Origin
from planner.models.base.sidecar import SidecarReader


def validate(
    data: Mapping[str, Any],
    *,
    folder: Path | None = None,
    sidecars: SidecarReader | None = None,
    origin: Origin | None = None,
) -> Instance:
    """Return the instance that `data` describe.

    `folder` is where side-cars are looked for, unless `sidecars` reads them. Data of an older
    schema version are migrated. Raises `InputError` with every fault found (`docs/errors.md`).
    """
    document = from_data(data)
    problem = problem_of(document)
    document = migrate(document, problem)
    instance = validate_document(document, problem, sidecars or folder_reader(folder))
    instance._origin = origin or Origin()
    return instance


def folder_reader(folder: Path | None) -> SidecarReader | None:
    """Return a reader of the side-cars in `folder`; `None` where there is no folder."""
    return FolderReader(folder) if folder is not None else None


def validate_document(
    document: Document, problem: Problem, sidecars: SidecarReader | None
) -> Instance:
    """Return the instance that a document of the present schema version describes.

    Raises `InputError` with the findings of the document and every further fault, by line.
    """
    if any(finding.code == "text-invalid" for finding in document.findings):
        raise InputError(document.report([]))  # pydantic cannot read on behind such text.
    model: type[Instance] = problem.model_room().Instance
    instance, findings = _build(document, model, sidecars)
    if instance is not None:
        findings += _cross_check(document, instance)
    findings = document.report(findings)
    if instance is None or findings:
        raise InputError(findings)
    return instance


def _build(
    document: Document, model: type[Instance], sidecars: SidecarReader | None
) -> tuple[Instance | None, list[Finding]]:
    """Return the instance, without its unknown keys, and the findings of its fields."""
    instance, found = _attempt(document.data, model, sidecars)
    findings = _findings(found, document, model)
    unknown = [fault.path for fault in found if fault.type == "extra_forbidden"]
    if unknown and len(unknown) == len(found) <= FINDINGS:
        data = document.data
        for path in unknown:
            data = remove(data, path)
        instance, found = _attempt(data, model, sidecars)
        findings += _findings(found, document.changed(data), model)
    return instance, findings


def _attempt(
    data: Any, model: type[Instance], sidecars: SidecarReader | None
) -> tuple[Instance | None, list[faults.Fault]]:
    context = {"normalised": data.get("units") == "normalised", "sidecars": sidecars}
    try:
        return model.model_validate(data, context=context), []
    except ValidationError as error:
        return None, faults.collect(error, model, data)


def _findings(
    found: list[faults.Fault], document: Document, model: type[BaseModel]
) -> list[Finding]:
    findings = []
    for fault in faults.without_echoes(found, document.data)[: FINDINGS + 1]:
        issue = word(fault, model, document.data)
        findings.append(_place(issue, document, at_key=fault.at_key))
    return findings


def _cross_check(document: Document, instance: Instance) -> list[Finding]:
    findings: list[Finding] = []
    for issue in instance.cross_check():
        findings.append(_place(issue, document))
        if len(findings) > FINDINGS:
            break
    return findings


def _place(issue: Issue, document: Document, *, at_key: bool = False) -> Finding:
    return document.finding(issue.code, issue.loc, issue.message, issue.fix, at_key=at_key)
