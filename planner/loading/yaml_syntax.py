"""Puts the C parser's complaints into words that say what to change."""

import re

import yaml

from planner.loading.places import Lines, Place
from planner.models.base.errors import Finding

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What the parser says, what it means, how to mend it; the first match counts.
_MEANINGS = (
    (
        "mapping values are not allowed",
        "a `:` stands where no key can be",
        "Check the indentation, and put values that hold `: ` in quotes.",
    ),
    (
        "found unexpected end of stream",
        "a quoted text is not closed",
        "Close the quotation mark.",
    ),
    (
        "did not find expected ',' or",
        "a list or mapping in brackets is not closed, or lacks a comma",
        "Add the missing `,`, `]` or `}`.",
    ),
    (
        "did not find expected node content",
        "a value is missing, or a bracket is not closed",
        "Write the value, or close the bracket.",
    ),
    (
        "did not find expected '-' indicator",
        "a list goes on without a `-`",
        "Indent the entries of a list alike, each with its `- `.",
    ),
    (
        "did not find expected key",
        "a line fits neither the lines above nor a new key",
        "Indent the keys of a mapping alike, with blanks.",
    ),
    (
        "could not find expected ':'",
        "a key has no `:`",
        "Write `key: value`, with a blank after the colon.",
    ),
    (
        "found undefined tag handle",
        "a `!tag` is not allowed",
        "Remove the tag, or put the text in quotes.",
    ),
)


def explain(error: yaml.YAMLError, text: str) -> Finding:
    """Return the finding (`yaml-syntax`) that a parser error stands for."""
    place = _place(error, text)
    message, fix = _meaning(error, text, place)
    return Finding(
        code="yaml-syntax",
        message=message,
        fix=fix,
        line=place.line if place else None,
        column=place.column if place else None,
    )


def _place(error: yaml.YAMLError, text: str) -> Place | None:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return Place(mark.line + 1, mark.column + 1) if mark else None
    found = _CONTROL.search(text)
    return Lines(text).place(found.start()) if found else None


def _meaning(error: yaml.YAMLError, text: str, place: Place | None) -> tuple[str, str]:
    if not isinstance(error, yaml.MarkedYAMLError):
        return (
            "a control character stands here; this is not a text file",
            "Remove the character; arrays in binary form go into a side-car.",
        )
    problem = error.problem or "the text is not YAML"
    for said, message, fix in _MEANINGS:
        if said in problem:
            return message, fix
    if "cannot start any token" in problem and place is not None:
        lines = text.split("\n")
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        char = line[place.column - 1 : place.column]
        if char == "\t":
            return "a tab stands in the indentation", "Indent with blanks."
        return f"a value cannot begin with `{char}`", "Put the value in quotes."
    return problem, "Mend the line; YAML needs `key: value` pairs and even indentation."
