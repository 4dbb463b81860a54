"""Looking into plain data along a path, and changing copies of them."""

from typing import Any

from planner.loading.paths import Path


def inside(data: object, step: str | int) -> Any:
    """Return what stands at `step` inside `data`, or `None`."""
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        return data[step]
    return None


def has(data: object, step: str | int) -> bool:
    """Return whether something, possibly null, stands at `step` inside `data`."""
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def at(data: object, path: Path) -> Any:
    """Return what stands at `path`, or `None`."""
    for step in path:
        data = inside(data, step)
    return data


def exists(data: Any, path: Path) -> bool:
    """Return whether something, possibly null, stands at `path`."""
    for step in path:
        if not has(data, step):
            return False
        data = inside(data, step)
    return True


def put(data: Any, path: Path, value: Any) -> Any:
    """Return `data` with `value` at `path`; only what lies on the path is copied."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(data or ())
        items[step : step + 1] = [put(inside(data, step), rest, value)]
        return items
    return {**(data or {}), step: put(inside(data, step), rest, value)}


def remove(data: Any, path: Path) -> Any:
    """Return `data` without the key at `path`; only what lies on the path is copied."""
    step, rest = path[0], path[1:]
    if rest:
        return put(data, (step,), remove(inside(data, step), rest))
    return {key: value for key, value in data.items() if key != step}
