"""GML as nested lists of keys and values, each with its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planner.formats.source import Source

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<open>\[)|(?P<close>\])|"(?P<text>[^"]*)"|(?P<word>[^\s\[\]"]+)"""
)
_FORM = "Write GML: `graph [ node [ id 0 ] edge [ source 0 target 1 ] ]`."
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A key, what it holds (a text, or the entries of a list) and the line it stands in."""

    key: str
    value: "str | list[Entry]"
    line: int


def parse(file: Source) -> list[Entry]:
    """Return the entries of a GML file.

    Raises `InputError` (`import-syntax`) at the first place that is no GML.
    """
    stack: list[tuple[str, int, list[Entry]]] = [("", 1, [])]
    key, at = None, 1
    for kind, text, line in _tokens(file):
        if kind == "word" and key is None:
            key, at = text, line
        elif kind == "open" and key is not None and len(stack) < DEEPEST:
            stack.append((key, at, []))
            key = None
        elif kind == "close" and key is None and len(stack) > 1:
            name, begun, entries = stack.pop()
            stack[-1][2].append(Entry(name, entries, begun))
        elif kind in ("word", "text") and key is not None:
            stack[-1][2].append(Entry(key, text, at))
            key = None
        else:
            file.stop("import-syntax", f"`{text[:40]}` has no place here", _FORM, line=line)
    if len(stack) > 1 or key is not None:
        file.stop("import-syntax", "the file ends inside a list", _FORM, line=at)
    return stack[0][2]


def _tokens(file: Source) -> Iterator[tuple[str, str, int]]:
    place, line = 0, 1
    text = file.text
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            file.stop("import-syntax", "a quotation mark is never closed", _FORM, line=line)
        if match.lastgroup is not None:
            yield match.lastgroup, match[match.lastgroup], line
        line += match[0].count("\n")
        place = match.end()
