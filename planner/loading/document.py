"""A document: plain data, and the place of every key and value in its file."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from planner.loading import files
from planner.loading.json_reader import read_json
from planner.loading.limits import DOCUMENT_BYTES, FINDINGS, TOML_BYTES
from planner.loading.paths import Path, format_path
from planner.loading.places import Place, Reading, Spot
from planner.loading.toml_reader import read_toml
from planner.loading.values import check_values, plain
from planner.loading.words import printable, shorten
from planner.loading.yaml_reader import read_yaml
from planner.models.base.errors import Finding, InputError

_FORMATS = {
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".json": read_json,
    ".toml": read_toml,
}
_LOOKS_LIKE_TOML = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:\[\[?[\w.\" -]+\]|[\w.\"-]+\s*=)")


@dataclass(frozen=True, eq=False, kw_only=True)
class Document:
    """Plain data (`None`, bool, int, float, str, list, dict) and where it was written."""

    data: Any
    file: str | None = None
    """Name of the file, as it was given."""
    findings: tuple[Finding, ...] = ()
    """Faults that were found while reading and do not keep the rest from being checked."""
    scan: Callable[[], Spot] | None = None
    """Finds where everything stands in the file."""
    touched: tuple[Path, ...] = ()
    """Paths whose values do not come from the file but from `touched_by`."""
    touched_by: str = "--set"

    @functools.cached_property
    def _root(self) -> Spot | None:
        return self.scan() if self.scan is not None else None

    def place(self, path: Path, *, at_key: bool = False) -> Place | None:
        """Return where the value (or, `at_key`, the key) at `path` stands.

        A value that begins on a later line than its key is looked for at its key, and a path that
        is not in the file at the nearest value around it. Returns `None` for data without a file.
        """
        if self._root is None:
            return None
        spot, depth = self._root.find(path)
        if spot.key is not None and (
            at_key or depth < len(path) or spot.place.line > spot.key.line
        ):
            return spot.key
        return spot.place

    def finding(
        self, code: str, path: Path, message: str, fix: str, *, at_key: bool = False
    ) -> Finding:
        """Return a finding that names the file and the place of `path`."""
        is_touched = any(path[: len(prefix)] == prefix for prefix in self.touched)
        place = None if is_touched else self.place(path, at_key=at_key)
        return Finding(
            code=code,
            message=printable(shorten(message, 500)),
            fix=printable(shorten(fix, 500)),
            path=printable(shorten(format_path(path), 200)),
            file=self.touched_by if is_touched else self.file,
            line=place.line if place else None,
            column=place.column if place else None,
        )

    def report(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the document's own and further findings by line, cut after `limits.FINDINGS`.

        What a value itself is accused of is not said again of the field it stands in.
        """
        accused = {found.path for found in self.findings if found.code != "duplicate-key"}
        others = (found for found in findings if found.path not in accused)
        ordered = sorted(
            dict.fromkeys((*self.findings, *others)),
            key=lambda found: (found.line is None, found.line or 0, found.column or 0),
        )
        if len(ordered) > FINDINGS:
            more = "further faults are not shown"
            last = Finding(
                code="more-faults", message=more, fix="Mend the ones above first.", file=self.file
            )
            ordered[FINDINGS:] = [last]
        return ordered

    def changed(
        self,
        data: Any,
        *,
        findings: tuple[Finding, ...] = (),
        touched: tuple[Path, ...] = (),
        touched_by: str | None = None,
    ) -> "Document":
        """Return the document with other data, further findings and further touched paths."""
        return replace(
            self,
            data=data,
            findings=(*self.findings, *findings),
            touched=(*self.touched, *touched),
            touched_by=touched_by or self.touched_by,
        )


def load_document(path: str | FilePath) -> Document:
    """Read a YAML, JSON or TOML file, by its suffix or else by its look.

    Raises `InputError` where the file cannot be read at all: `file-missing`, `file-unreadable`,
    `file-too-large`, `file-encoding`, `yaml-syntax`, `yaml-documents`, `json-syntax`,
    `toml-syntax`, `too-deep`, `too-many-values`, `document-empty`. Faults that leave the rest
    readable (repeated keys, NaN, tags) are the `findings` of the document.
    """
    path = FilePath(path)
    name = printable(str(path))
    reader = _FORMATS.get(path.suffix.lower())
    text = files.read_text(path, TOML_BYTES if reader is read_toml else DOCUMENT_BYTES)
    try:
        reading = (reader or _guess(text))(text) if text.strip() else None
    except InputError as error:
        raise InputError(_in_file(error.findings, name)) from None
    if reading is None or reading.data is None:
        message = "the file holds no instance"
        fix = "Write one, or begin with `planner new`."
        raise InputError([Finding(code="document-empty", message=message, fix=fix, file=name)])
    return _document(reading, name)


def from_data(data: Mapping[str, Any]) -> Document:
    """Return a document of Python data, which have no file.

    Raises `InputError` (`too-deep`, `too-many-values`, `key-not-text`).
    """
    copied = plain(data)
    document = Document(data=copied)
    return document.changed(copied, findings=_check(document))


def _document(reading: Reading, name: str) -> Document:
    document = Document(
        data=reading.data,
        file=name,
        findings=tuple(_in_file(reading.findings, name)),
        scan=functools.cache(reading.scan),
    )
    try:
        return document.changed(document.data, findings=_check(document))
    except InputError as error:
        raise InputError([*document.findings, *_in_file(error.findings, name)]) from None


def _check(document: Document) -> tuple[Finding, ...]:
    return tuple(
        document.finding(issue.code, issue.loc, issue.message, issue.fix)
        for issue in check_values(document.data)
    )


def _guess(text: str) -> Callable[[str], Reading]:
    if text.lstrip()[:1] == "{":
        return read_json
    return read_toml if _LOOKS_LIKE_TOML.match(text) else read_yaml


def _in_file(findings: tuple[Finding, ...], name: str) -> list[Finding]:
    return [
        replace(
            finding,
            file=name,
            message=printable(finding.message),
            fix=printable(finding.fix),
            path=printable(shorten(finding.path, 200)),
        )
        for finding in findings
    ]
