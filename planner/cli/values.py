"""`NAME=VALUE` texts of the command line as values."""

from collections.abc import Sequence
from typing import Any

from planner.models.base.errors import refuse


def named_values(texts: Sequence[str]) -> dict[str, Any]:
    """Return the options that `NAME=VALUE` texts give; the values are read as YAML.

    Raises `InputError` (`override-syntax`, `override-value`, `option-name`).
    """
    if not texts:
        return {}
    from planner.loading.overrides import parse_overrides

    found: dict[str, Any] = {}
    for path, value in parse_overrides(list(texts), label="--option"):
        if len(path) != 1:
            fix = "Write one name and its value, as in `--option draws=500`."
            raise refuse("option-name", f"`{path[0]}` is not the whole name", fix, "--option")
        found[str(path[0])] = value
    return found


def names(text: str) -> list[str]:
    """Return the names in a text that separates them by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]
