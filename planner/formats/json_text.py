"""JSON for people: what is short stands on one line, and so does every list of bare values."""

import json
from collections.abc import Mapping
from typing import Any

WIDTH = 96


def json_text(value: Any, depth: int = 0) -> str:
    """Return a value as JSON, one blank of indentation per level below `depth`.

    Raises `ValueError` for NaN and infinities.
    """
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, Mapping | list) or len(flat) + depth <= WIDTH or _is_bare(value):
        return flat
    pad = " " * (depth + 1)
    if isinstance(value, Mapping):
        rows = [
            f"{pad}{json.dumps(key, ensure_ascii=False)}: {json_text(item, depth + 1)}"
            for key, item in value.items()
        ]
    else:
        rows = [pad + json_text(item, depth + 1) for item in value]
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    return f"{opening}\n" + ",\n".join(rows) + f"\n{' ' * depth}{closing}"


def _is_bare(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, Mapping | list) for item in value)
