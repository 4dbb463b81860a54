"""Instance files for people: a steady key order, short rows on one line, comments above fields."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

FIRST = ("problem", "schema_version", "name", "description", "source", "units")
LAST = ("topology", "workload", "objective", "limits")
WIDTH = 90
"""Characters after which lines are wrapped, at the next blank."""

# Words that YAML 1.2 reads as numbers although PyYAML, which knows YAML 1.1, would not quote them.
_NUMBER = re.compile(r"[-+]?(\d+|\d*\.\d+|\d+\.\d*)([eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+")
_TAG = "tag:yaml.org,2002:"


class InstanceData(dict[str, Any]):
    """The values of an instance, with the comments its file shows.

    `header` stands at the top, one line per entry; `comments` stand above a top-level key.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        header: Iterable[str] = (),
        comments: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(values)
        self.header = tuple(header)
        self.comments = dict(comments or {})


def instance_text(data: Mapping[str, Any]) -> str:
    """Return an instance as YAML text; an `InstanceData` brings its comments along."""
    header = data.header if isinstance(data, InstanceData) else ()
    comments = data.comments if isinstance(data, InstanceData) else {}
    head = "".join(_dump(key, data[key], comments) for key in FIRST if key in data)
    rest = [key for key in LAST if key in data]
    rest += [key for key in data if key not in FIRST + LAST]
    blocks = [_comment("\n".join(header)), head, *(_dump(key, data[key], comments) for key in rest)]
    return "\n".join(block for block in blocks if block)


def write_instance(data: Mapping[str, Any], path: Path) -> None:
    """Write an instance file, in UTF-8 with Unix line ends."""
    path.write_text(instance_text(data), encoding="utf-8", newline="\n")


class _Dumper(yaml.SafeDumper):
    """Indents the entries of a list below its key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _dump(key: str, value: object, comments: Mapping[str, str]) -> str:
    text: str = yaml.serialize(_node({key: value}), Dumper=_Dumper, allow_unicode=True, width=WIDTH)
    return _comment(comments.get(key, "")) + text


def _comment(text: str) -> str:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, WIDTH) or [""]]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _node(value: object, *, in_list: bool = False) -> yaml.Node:
    """Return `value` as a YAML node; rows of bare values inside a list take one line."""
    if isinstance(value, Mapping):
        pairs = [(_scalar(key), _node(item)) for key, item in value.items()]
        flow = in_list and all(isinstance(item, yaml.ScalarNode) for _, item in pairs)
        return yaml.MappingNode(f"{_TAG}map", pairs, flow_style=flow)
    if isinstance(value, list | tuple):
        items = [_node(item, in_list=True) for item in value]
        flow = all(isinstance(item, yaml.ScalarNode) for item in items)
        return yaml.SequenceNode(f"{_TAG}seq", items, flow_style=flow)
    return _scalar(value)


def _scalar(value: object) -> yaml.ScalarNode:
    if value is None:
        return yaml.ScalarNode(f"{_TAG}null", "null")
    if isinstance(value, bool):
        return yaml.ScalarNode(f"{_TAG}bool", "true" if value else "false")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        return yaml.ScalarNode(f"{_TAG}int", str(value))
    if isinstance(value, float):
        return yaml.ScalarNode(f"{_TAG}float", _point(repr(value)))
    text = str(value)
    style = "|" if "\n" in text else "'" if _NUMBER.fullmatch(text) else None
    return yaml.ScalarNode(f"{_TAG}str", text, style=style)


def _point(text: str) -> str:
    """Write `1e-06` as `1.0e-06`, which every YAML reader takes for a number."""
    mantissa, exponent, power = text.partition("e")
    return text if not exponent or "." in mantissa else f"{mantissa}.0e{power}"
