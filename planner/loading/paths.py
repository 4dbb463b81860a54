"""How a place inside an instance is written: `topology.failed_links[0].leaf`."""

import re

Path = tuple[str | int, ...]

_STEP = re.compile(r'\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]|(\.?)([^\s.\[\]="]+)')
_PLAIN = re.compile(r"[^\W\d][\w-]*")


def format_path(path: Path) -> str:
    """Return a path as text that `parse_path` reads back."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step) and len(step) <= 80:
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def parse_path(text: str) -> tuple[Path, str]:
    """Return the path at the beginning of `text`, and what follows it.

    The path is empty where the text does not begin with one.
    """
    path: list[str | int] = []
    position = 0
    while match := _STEP.match(text, position):
        index, quoted, dot, name = match.groups()
        if name is not None and bool(dot) != bool(path):
            break
        if index is not None:
            path.append(int(index))
        else:
            path.append(name if name is not None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return tuple(path), text[position:]
