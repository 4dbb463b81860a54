"""Small pieces of messages: how values are shown, and which word was probably meant."""

import difflib
from collections.abc import Iterable

from planner.loading.limits import DIGITS


def printable(text: str) -> str:
    """Return `text` with control characters and lone surrogates written as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def shorten(text: str, length: int = 60) -> str:
    """Return `text`, cut to at most `length` characters."""
    return text if len(text) <= length else text[: length - 3] + "..."


def show(value: object) -> str:
    """Return a value of a document in few words, for messages."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text `{shorten(value)}`" if value else "an empty text"
    if isinstance(value, int) and abs(value) >= 10**DIGITS:
        return "a number beyond all measure"
    if isinstance(value, int | float):
        return f"`{shorten(str(value))}`"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return f"a value of the type `{type(value).__name__}`"


def quote(value: object) -> str:
    """Return a value as `show` does, but texts and numbers in backticks alone."""
    return f"`{shorten(value)}`" if isinstance(value, str) and value else show(value)


def nearest(word: str, options: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the option that `word` was probably meant to be; `likeness` 1 asks for the same."""
    if len(word) > 100:
        return None
    known = {_fold(option): option for option in options}
    found = difflib.get_close_matches(_fold(word), list(known), n=1, cutoff=likeness)
    return known[found[0]] if found else None


def choices(options: Iterable[str], most: int = 12) -> str:
    """Return the options as a list in prose, cut after `most`."""
    names = [f"`{option}`" for option in options]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if names[most:] else "")


def suggest(word: str, options: Iterable[str], what: str) -> str:
    """Return a fix: the nearest option, or what the options are."""
    names = list(options)
    meant = nearest(word, names)
    if meant is not None:
        return f"Did you mean `{meant}`?"
    return f"The {what} are {choices(names)}." if names else f"There are no {what} here."


def _fold(word: str) -> str:
    return word.lower().replace("-", "_")
